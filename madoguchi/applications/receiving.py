"""Taking in the files people send, with a sentence for each that is refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from madoguchi.common.files import messages
from madoguchi.common.files.configured import configured
from madoguchi.common.files.intake import Accepted, Limits, take_in
from madoguchi.common.files.refusals import Refused
from madoguchi.common.files.store import StorageError

LIMITS = Limits()
MAX_FILES = 5
# How long a page with a file that was taken in already may wait for the rest; the store keeps it for a day.
KEPT_FOR = timedelta(hours=12)


def take_all(
    uploads: Sequence[UploadedFile], *, accept: Sequence[str], room: int
) -> tuple[list[Accepted], list[str]]:
    """Take in every upload there is room for. Returns those that are kept and a sentence per refusal."""
    store, scanner = configured()
    kept: list[Accepted] = []
    refused: list[str] = []
    for upload in uploads:
        if len(kept) >= room:
            refused.append(
                _("ファイルの数が上限をこえています。いらないファイルを削除してから送ってください。")
            )
            break
        name = upload.name or ""
        upload.seek(0)  # a page that met another tab's save is taken in a second time
        try:
            kept.append(
                take_in(
                    name,
                    upload,
                    accept=accept or ("image", "pdf"),
                    limits=LIMITS,
                    store=store,
                    scanner=scanner,
                )
            )
        except (Refused, StorageError) as error:
            shown = name if len(name) <= 40 else f"{name[:30]}…"
            refused.append(f"「{shown}」：{messages.sentence(error)}" if shown else messages.sentence(error))
    return kept, refused


def sealed(file: Accepted, *, place: str) -> str:
    """A signed word for a file that was taken in, for a page that comes back because something else is wrong.

    `place` says where it belongs: nobody can name a file that was not sent there.
    """
    return signing.dumps(
        [file.digest, file.name, file.media_type, file.size, file.pages, file.scanned], salt=f"file:{place}"
    )


def unsealed(words: Iterable[str], *, place: str) -> list[Accepted]:
    """The files behind these words; forged and old ones are left out."""
    found: dict[str, Accepted] = {}
    for word in words:
        try:
            fields = signing.loads(word, salt=f"file:{place}", max_age=KEPT_FOR)
        except signing.BadSignature:
            continue
        digest, name, media_type, size, pages, scanned = fields
        found[digest] = Accepted(digest, name, media_type, size, pages, "", 0, scanned)
    return list(found.values())
