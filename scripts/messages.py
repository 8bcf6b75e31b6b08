"""The catalogues of messages: `update` them from the sources, `compile` them, `check` that none is missing.

Msgids are Japanese. The catalogues hold what a resident may get to see, and nothing else: all of it is translated,
while screens that only staff see stay Japanese.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "madoguchi"
LANGUAGES = {"en": "en", "ja_Easy": "ja"}  # folder: the language whose plural forms it has
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),  # type: ignore[dict-item]
    "pgettext_lazy": ((1, "c"), 2),  # type: ignore[dict-item]
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}|\n")  # a line break is one: it parts what belongs apart
STAFF_TEMPLATE = re.compile(r"""{%-?\s*extends\s+["']common/desk\.html["']""")
STAFF_NAMES = ("desk", "staff")  # a folder, or the first word of a file's name, that only staff get to see
STAFF_ROOMS = ("identity", "organization")  # residents have no account yet, and never see these screens
STAFF_FILES = (  # single files in the midst of what residents see
    "applications/alarms.py",  # mails to heads of department
    "common/models.py",  # states of jobs, for administrators
    "common/views_jobs.py",
)


@dataclass(frozen=True)
class Found:
    """One message of the sources and the files it stands in, from the package's folder."""

    message: Message
    files: frozenset[str]

    @property
    def forms(self) -> tuple[str, ...]:
        """The msgid, or its singular and plural."""
        return (self.message.id,) if isinstance(self.message.id, str) else tuple(self.message.id)

    @property
    def id(self) -> str:
        """The msgid (of the singular)."""
        return self.forms[0]


def catalogue_path(folder: str) -> Path:
    """Where the catalogue of a language is kept."""
    return PACKAGE / "locale" / folder / "LC_MESSAGES" / "django.po"


def extract() -> Catalog:
    """All messages of the sources, with the places they stand in (file names without lines: fewer conflicts)."""
    with open(ROOT / "scripts" / "babel.ini", encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    catalog = Catalog(project="Madoguchi", charset="utf-8")
    catalog.fuzzy = False
    places = extract_from_dir(PACKAGE, methods, options, KEYWORDS, comment_tags=("i18n:",))
    for file, _line, message, comments, context in sorted(places, key=lambda p: (p[0], p[1])):
        catalog.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return catalog


def found() -> Iterator[Found]:
    """The messages of the sources."""
    for message in extract():
        if message.id:
            yield Found(message, frozenset(file for file, _ in message.locations))


def is_for_staff(file: str) -> bool:
    """Whether only staff see what this file shows: told by its room, its folder, its name, its shell or a list."""
    path = Path(file)
    if (
        file in STAFF_FILES
        or path.parts[0] in STAFF_ROOMS
        or any(part in STAFF_NAMES for part in path.parts[:-1])
        or path.stem.split("_")[0] in STAFF_NAMES
    ):
        return True
    return path.suffix == ".html" and STAFF_TEMPLATE.search((PACKAGE / path).read_text("utf-8")) is not None


def needed() -> list[Found]:
    """The messages that a resident may get to see: those with a place that is not for staff."""
    return [entry for entry in found() if not all(map(is_for_staff, entry.files))]


def read_catalogue(folder: str) -> Catalog:
    """The catalogue of a language, empty when there is none yet."""
    path = catalogue_path(folder)
    if not path.exists():
        return Catalog(
            locale=LANGUAGES[folder],
            charset="utf-8",
            project="Madoguchi",
            version="1",
            header_comment=f"# Messages of Madoguchi ({folder}). The msgids are Japanese.",
            msgid_bugs_address="-",
            last_translator="-",
            language_team="-",
            fuzzy=False,
        )
    with open(path, "rb") as source:
        return read_po(source, locale=LANGUAGES[folder], charset="utf-8")


def faults() -> list[str]:
    """What is wrong with the translations, a line each."""
    entries = needed()
    lines: list[str] = []
    for folder in LANGUAGES:
        catalogue = read_catalogue(folder)
        for entry in entries:
            translated = catalogue.get(entry.message.id, entry.message.context)
            place = min(file for file in entry.files if not is_for_staff(file))
            if translated is None or not all(texts(translated)):
                lines.append(f"{folder}: not translated: {entry.id!r} ({place})")
            elif translated.fuzzy:
                lines.append(f"{folder}: fuzzy: {entry.id!r} ({place})")
            else:
                lines.extend(
                    f"{folder}: other placeholders than the source: {entry.id!r} ({place})"
                    for text in texts(translated)
                    if _placeholders(text) not in {_placeholders(source) for source in entry.forms}
                )
    return lines


def _placeholders(text: str) -> tuple[str, ...]:
    """Those of a text, each as often as it stands there."""
    return tuple(sorted(PLACEHOLDER.findall(text)))


def texts(message: Message) -> tuple[str, ...]:
    """The translated forms of a message, "" where there is none."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def template() -> Catalog:
    """What every catalogue holds: the messages that residents see, each with the places where they see it."""
    catalog = Catalog(project="Madoguchi", charset="utf-8", fuzzy=False)
    for entry in needed():
        places = [(file, 0) for file in sorted(entry.files) if not is_for_staff(file)]
        message = entry.message
        catalog.add(message.id, None, places, auto_comments=message.auto_comments, context=message.context)
    return catalog


def update() -> int:
    """Bring the catalogues up to the sources: new messages empty, vanished ones removed."""
    messages = template()
    for folder in LANGUAGES:
        catalogue = read_catalogue(folder)
        catalogue.update(messages, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        path = catalogue_path(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as target:
            write_po(target, catalogue, width=100, sort_by_file=True, include_lineno=False, omit_header=False)
        missing = sum(1 for m in catalogue if m.id and not all(texts(m)))
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {missing} not translated")
    return 0


def compile_all() -> int:
    """Write the compiled form that gettext reads."""
    for folder in LANGUAGES:
        path = catalogue_path(folder)
        if path.exists():
            with open(path.with_suffix(".mo"), "wb") as target:
                write_mo(target, read_catalogue(folder))
    return 0


def check() -> int:
    """Print the faults; exit code 1 when there are any."""
    lines = faults()
    print("\n".join(lines[:50]) or "messages: every message of the resident pages is translated")
    if len(lines) > 50:
        print(f"… and {len(lines) - 50} more")
    return 1 if lines else 0


if __name__ == "__main__":
    commands = {"update": update, "compile": compile_all, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(f"usage: messages.py {'|'.join(commands)}")
    sys.exit(commands[sys.argv[1]]())
