"""Files and photos: sent one by one on their own page; here only what is already stored is judged."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    Fault,
    FieldError,
    Kind,
    PaperBox,
    Raw,
    Value,
)

IMAGE_TYPES = ("image/jpeg", "image/png")  # what the intake makes of every picture
ACCEPTED: dict[str, tuple[str, ...]] = {"image": IMAGE_TYPES, "pdf": ("application/pdf",)}
MOST_FILES = 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Files(Kind):
    """file: up to `max_files` stored files of the kinds in `accept`."""

    name: ClassVar[str] = "file"
    set_by_form: ClassVar[bool] = False
    default_accept: ClassVar[tuple[str, ...]] = ("image", "pdf")
    default_count: ClassVar[int] = 5

    def accept(self, question: Question) -> tuple[str, ...]:
        """image, pdf or both."""
        return question.accept or self.default_accept

    def most(self, question: Question) -> int:
        """How many files may be sent."""
        return min(question.max_files or self.default_count, MOST_FILES)

    def media_types(self, question: Question) -> tuple[str, ...]:
        """The media types a stored file may have."""
        return tuple(kind for word in self.accept(question) for kind in ACCEPTED.get(word, ()))

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """The stored files as they are: a form cannot name files."""
        value = raw.get("")
        if not value:
            return Cleaned(None)
        return Cleaned(value, self.check(question, value, context))

    def is_empty(self, question: Question, raw: Raw) -> bool:
        """Whether no file is there."""
        return not raw.get("")

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A list of stored files: how many, and of which types."""
        what = sentences.whole(question, context)
        if not isinstance(value, list) or not value or not all(_is_file(item) for item in value):
            return (sentences.wrong_shape(what),)
        if len(value) > self.most(question):
            message = ngettext(
                "%(what)sに送れるファイルは%(n)sつまでです。いらないファイルを消してください。",
                "%(what)sに送れるファイルは%(n)sつまでです。いらないファイルを消してください。",
                self.most(question),
            )
            return (FieldError("", message % {"what": what, "n": self.most(question)}, "too_many"),)
        types = self.media_types(question)
        if any(item["media_type"] not in types for item in value):
            return (FieldError("", self._type_sentence(question, what), "wrong_type"),)
        return ()

    def _type_sentence(self, question: Question, what: str) -> str:
        if "pdf" not in self.accept(question):
            return _("%(what)sには写真（画像）を送ってください。") % {"what": what}
        if "image" not in self.accept(question):
            return _("%(what)sにはPDFを送ってください。") % {"what": what}
        return _("%(what)sには写真（画像）かPDFを送ってください。") % {"what": what}

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The stored files."""
        return {
            "": [dict(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        }

    def display(self, question: Question, value: Value, lang: str) -> str:
        """The names of the files."""
        files = value if isinstance(value, list) else []
        return sentences.joined([str(item.get("name", "")) for item in files if isinstance(item, dict)])

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A list of stored files by digest."""
        item = {
            "type": "object",
            "properties": {
                "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "name": {"type": "string", "minLength": 1, "maxLength": 255},
                "media_type": {"enum": list(self.media_types(question))},
                "size": {"type": "integer", "minimum": 1},
            },
            "required": ["digest", "name", "media_type", "size"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "minItems": 1, "maxItems": self.most(question)}

    def sample(self, question: Question, number: int = 0) -> Value:
        """One stored file of the first type."""
        media_type = self.media_types(question)[0]
        name = f"sample{number}.{'pdf' if media_type.endswith('pdf') else 'jpg'}"
        return [{"digest": f"{number:064x}", "name": name, "media_type": media_type, "size": 1000}]

    def missing_sentence(self, label: str) -> str:
        """A file is sent, not typed."""
        return _("「%(label)s」のファイルを送ってください。") % {"label": label}

    def control(self, question: Question) -> dict[str, Any]:
        """What the file chooser offers, and how many."""
        offers = {"image": "image/*,.heic,.heif", "pdf": "application/pdf,.pdf"}
        accept = ",".join(offers[word] for word in self.accept(question) if word in offers)
        return {"accept": accept, "max_files": self.most(question)}

    def paper(self, question: Question) -> tuple[PaperBox, ...]:
        """Nothing to fill in: the sheet is enclosed."""
        return (PaperBox("", str(question.label), "none"),)

    def faults(self, question: Question) -> tuple[Fault, ...]:
        """Only known types, a sensible number."""
        faults = [
            Fault("accept", "unknown_value", f"「{word}」は知られていません。", "image、pdfのどちらかです。")
            for word in question.accept
            if word not in ACCEPTED
        ]
        if question.max_files is not None and not 1 <= question.max_files <= MOST_FILES:
            faults.append(
                Fault(
                    "max_files",
                    "out_of_bounds",
                    f"「max_files」は1から{MOST_FILES}までです。",
                    "数を直してください。",
                )
            )
        return tuple(faults)

    def fingerprint(self, question: Question) -> tuple[Any, ...]:
        """Types and number."""
        return (question.kind, self.accept(question), self.most(question))


class Photo(Files):
    """photo: one picture unless said otherwise."""

    name: ClassVar[str] = "photo"
    default_accept: ClassVar[tuple[str, ...]] = ("image",)
    default_count: ClassVar[int] = 1


def _is_file(item: object) -> bool:
    if not isinstance(item, dict) or item.keys() != {"digest", "name", "media_type", "size"}:
        return False
    digest, name, size = item["digest"], item["name"], item["size"]
    return (
        isinstance(digest, str)
        and _DIGEST.fullmatch(digest) is not None
        and isinstance(name, str)
        and 0 < len(name) <= 255
        and isinstance(item["media_type"], str)
        and isinstance(size, int)
        and not isinstance(size, bool)
        and size > 0
    )
