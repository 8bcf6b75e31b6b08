"""A look at a file before it is imported: its faults, and what the import would do; the file is kept until then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.core import signing
from django.utils.translation import gettext as _

from madoguchi.common.files.configured import configured
from madoguchi.identity.models import Staff
from madoguchi.procedures.inventory import desk_choices, desk_reading, importing
from madoguchi.procedures.inventory.desk_columns import BY_NAME
from madoguchi.procedures.inventory.scope import scope_of

KEPT_FOR = timedelta(hours=12)  # how long a look may wait for its import; the store keeps the file for a day


@dataclass(frozen=True, slots=True)
class Look:
    """What was read, and what importing its rows would do."""

    read: desk_reading.ReadFile
    found: importing.Comparison

    @property
    def writes(self) -> int:
        """How many entries an import would add or change."""
        return len(self.found.new) + len(self.found.changed)


def look(data: bytes, *, by: Staff, today: date) -> Look:
    """Look at a file for a person: a row of another department is a fault of the row."""
    known = desk_choices.known(today)
    read = desk_reading.read(data, known)
    found = importing.compare(read.rows)
    scope = scope_of(by, today)
    places = set(importing.foreign(read.rows, found, scope))
    if places:
        column = BY_NAME["department_code"]
        for place in sorted(places):
            name = known.departments[read.rows[place]["department_code"]]
            mend = _("この行を消すか、その部署か推進事務局に取り込んでもらってください。")
            read.fault(read.lines[place], column, name, _("ほかの部署の手続です。"), mend)
        read.rows = [row for place, row in enumerate(read.rows) if place not in places]
        found = importing.compare(read.rows)
    read.findings.sort(key=lambda one: one.row)
    found.missing = [one for one in found.missing if scope.holds(one.department_code, one.procedure_id)]
    return Look(read, found)


# --- the file is kept as it was looked at ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was looked at: its content's address and the mark of what would be written; no name, it stands in addresses."""

    digest: str
    mark: str


def keep(data: bytes, mark: str, *, by: Staff) -> str:
    """Keep a file for the import; the answer opens it for this person only. Raises `StorageError`."""
    store, _scanner = configured()
    return signing.dumps([store.put(data).digest, mark], salt=_salt(by))


def kept(sealed: str, *, by: Staff) -> Kept:
    """What was kept. Raises `signing.BadSignature`, also after `KEPT_FOR`."""
    return Kept(*signing.loads(sealed, salt=_salt(by), max_age=KEPT_FOR))


def content(found: Kept) -> bytes:
    """The file again. Raises `StorageError`."""
    store, _scanner = configured()
    with store.open(found.digest) as stored:
        return stored.read()


def _salt(by: Staff) -> str:
    return f"inventory.import:{by.id}"


# --- in words ----------------------------------------------------------------------------------------


def finding_header() -> list[str]:
    """The columns of the table of faults."""
    return [_("シート"), _("行"), _("列"), _("項目"), _("いまの値"), _("おかしいところ"), _("直し方")]


def finding_rows(read: desk_reading.ReadFile) -> Iterator[list[object]]:
    """Every fault with its cell."""
    for one in read.findings:
        yield [read.sheet or _("（CSV）"), one.row, one.letter, one.header, one.value, one.wrong, one.mend]


def fields_of(change: importing.Change, words: desk_choices.Words) -> list[list[str]]:
    """The fields that an entry would change: the field, before and after."""
    return [
        [BY_NAME[name].headers[0], *(words.shown(name, value) or _("（空）") for value in values)]
        for name, values in change.fields.items()
    ]


def change_header() -> list[str]:
    """The columns of the table of what would happen."""
    return [_("結果"), _("手続名"), _("手続ID"), _("項目"), _("いま"), _("取り込んだあと")]


def change_rows(found: importing.Comparison, words: desk_choices.Words) -> Iterator[list[object]]:
    """What is new, each field that would change, and what the file does not name."""
    for change in found.changed:
        for cells in fields_of(change, words):
            yield [_("変更"), change.entry.name, change.entry.survey_id, *cells]
    for row in found.new:
        yield [_("新規"), row["name"], row.get("survey_id", ""), "", "", ""]
    for entry in found.missing:
        yield [_("ファイルにない"), entry.name, entry.survey_id, "", "", ""]
