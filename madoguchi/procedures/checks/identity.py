"""Ids: each used once, none that the language keeps for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures import filer
from madoguchi.procedures.checks.schema import schema
from madoguchi.procedures.checks.sheet import Sheet, asked, suggestion

# Words of the expression language (CEL) and first words of export addresses: as ids they would change meaning.
RESERVED = frozenset(
    [
        "today",
        "end_of_today",
        "applicant",
        "filing",
        "self",
        "true",
        "false",
        "null",
        "in",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
        "has",
        "size",
    ]
)

RESERVED_PROCEDURES = frozenset(["priority", "schema", "data", "documents", "answers"])  # pages beside theirs

_OTHERS: tuple[tuple[Path, str], ...] = (
    (("who", "representatives"), "代わりの人"),
    (("eligibility",), "条件"),
    (("sections",), "ページ"),
    (("documents",), "添付書類"),
    (("workflow", "stages"), "段階"),
    (("workflow", "correction_reasons"), "補正の理由"),
    (("workflow", "decisions"), "決定"),
    (("workflow", "external_steps"), "外部に頼む仕事"),
    (("outputs", "notices"), "通知"),
    (("outputs", "appeals"), "教示"),
    (("fee", "exemptions"), "減免"),
)


def check(sheet: Sheet) -> None:
    """Note ids that are used twice, that are reserved, and a file name that is not the id."""
    questions = list(asked(sheet.data))
    if sheet.data["id"] in RESERVED_PROCEDURES:
        _note_reserved(sheet, ("id",), sheet.data["id"])
    _once(sheet, "質問", (((*q.path, "id"), q.id) for q in questions))
    for path, called in _OTHERS:
        items = _at(sheet.data, path)
        _once(sheet, called, (((*path, n, "id"), item["id"]) for n, item in enumerate(items)))
    for question in questions:
        if question.id in RESERVED or filer.is_reserved(question.id):
            _note_reserved(sheet, (*question.path, "id"), question.id)
        options = question.data.get("options", ())
        places = (((*question.path, "options", n, "id"), option["id"]) for n, option in enumerate(options))
        _once(sheet, "選択肢", places)
    for part in ("sections", "documents"):
        for n, item in enumerate(sheet.data.get(part, ())):
            if filer.is_reserved(item["id"]):
                _note_reserved(sheet, (part, n, "id"), item["id"])
    for n, one in enumerate(sheet.data["who"]["representatives"]):
        if one["id"] == filer.SELF:
            _note_reserved(sheet, ("who", "representatives", n, "id"), one["id"])
    _to_complete(sheet)
    _file_name(sheet)


def _to_complete(sheet: Sheet) -> None:
    """Note what is to be completed about something that is not there."""
    lists = (_at(sheet.data, path) for path, _called in _OTHERS)
    names = {str(item["id"]) for items in lists for item in items}
    names |= {question.id for question in asked(sheet.data)} | set(schema()["properties"])
    for n, one in enumerate(sheet.data.get("to_complete", ())):
        if one["about"] not in names:
            message = f"「{one['about']}」は、定義の部分の名前でも、質問などの識別子でもありません。"
            mend = (
                suggestion(one["about"], names) or "「clock」のような部分の名前か、識別子を書いてください。"
            )
            sheet.note(("to_complete", n, "about"), "nothing_to_complete", message, mend)


def _at(data: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    place: Any = data
    for step in path:
        place = place.get(step) or {}
    return place or []


def _once(sheet: Sheet, called: str, ids: Iterable[tuple[Path, str]]) -> None:
    first: dict[str, Path] = {}
    for path, identifier in ids:
        if identifier in first:
            line = sheet.source.line_of(first[identifier])
            sheet.note(
                path,
                "duplicate_id",
                f"{called}の識別子「{identifier}」は、{line}行目でも使われています。",
                "どちらかを別の名前にしてください。",
            )
        first.setdefault(identifier, path)


def _note_reserved(sheet: Sheet, path: Path, identifier: str) -> None:
    sheet.note(
        path,
        "reserved_id",
        f"識別子「{identifier}」は、定義言語が使う名前です。",
        f"「{identifier}_1」のような別の名前にしてください。",
    )


def _file_name(sheet: Sheet) -> None:
    name = sheet.file.replace("\\", "/").rsplit("/", 1)[-1]
    expected = f"{sheet.data['id'].replace('-', '_')}.yaml"
    if "/catalog/" in sheet.file.replace("\\", "/") and name != expected:
        sheet.warn(
            ("id",),
            "file_name",
            f"ファイルの名前が識別子と違います（{name}）。",
            f"「{expected}」にしてください。",
        )


def used_twice(ids: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """(id, first file, later file) for each procedure id that two files of a catalog use."""
    first: dict[str, str] = {}
    for file, identifier in ids:
        if identifier in first:
            yield identifier, first[identifier], file
        first.setdefault(identifier, file)
