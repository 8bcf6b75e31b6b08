"""Violations of the published JSON Schema, each said once in words a clerk can act on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.condition_shape import fault_of
from madoguchi.procedures.checks.schema import Violation, schema, violations
from madoguchi.procedures.checks.shape_words import form, say, shown
from madoguchi.procedures.checks.sheet import Sheet, either, suggestion


def check(sheet: Sheet, part: str = "") -> None:
    """Note every place where the definition, or what is a `part` of one, does not have the shape of the language."""
    _refuse_individual_numbers(sheet)
    _refuse_groups_in_groups(sheet)
    refused = {path[:-1] for path, _ in sheet.findings}
    by_place: dict[Path, list[Violation]] = defaultdict(list)
    for one in violations(sheet.data, part):
        if not any(one.place[: len(path)] == path for path in refused):
            by_place[one.place].append(one)
    for place, errors in by_place.items():
        _explain(sheet, place, errors)


def _refuse_groups_in_groups(sheet: Sheet) -> None:
    for path, node in _nodes(sheet):
        if node.get("kind") == "group" and path.count("questions") > 1:
            sheet.note(
                (*path, "kind"),
                "group_in_group",
                "くりかえし（group）の中に、くりかえしは置けません。",
                "別のページ（section）に分けてください。",
            )


def _nodes(sheet: Sheet) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every mapping of the definition with its place, texts left out."""
    places: list[tuple[Path, Any]] = [((), sheet.data)]
    while places:
        path, node = places.pop()
        if isinstance(node, dict):
            yield path, node
            places += [((*path, key), value) for key, value in node.items() if key != "texts"]
        elif isinstance(node, list):
            places += [((*path, index), value) for index, value in enumerate(node)]


def _refuse_individual_numbers(sheet: Sheet) -> None:
    """個人番号 may not be asked before there is a vault that seals it at entry."""
    for path, node in _nodes(sheet):
        if node.get("kind") == "individual_number":
            sheet.note(
                (*path, "kind"),
                "individual_number",
                "個人番号（マイナンバー）は、まだ聞くことができません。",
                "番号を封じて保管する仕組みができるまで、この質問を消してください。",
            )


def _explain(sheet: Sheet, place: Path, errors: list[Violation]) -> None:
    condition = next((error for error in errors if _is_condition(error)), None)
    if condition is not None:
        _condition(sheet, place, condition)
        return
    unknown = _unknown_keys(errors)
    missing = [error for error in errors if error.rule == "required"]
    known = _known_keys(errors)
    for key in unknown:
        _unknown_key(sheet, (*place, key), errors, known)
    names = {_missing_name(error): error for error in missing}
    _missing(
        sheet, place, {n: e for n, e in names.items() if not any(suggestion(key, [n]) for key in unknown)}
    )
    rest = [e for e in errors if e.rule not in ("required", "additionalProperties", "propertyNames")]
    rest = [e for e in rest if not e.about_name]
    if rest and not (unknown and all(e.rule in ("oneOf", "minProperties") for e in rest)):
        _value(sheet, place, rest)


def _is_condition(error: Violation) -> bool:
    """Whether the fault lies in a place that holds a condition."""
    steps = [step for step in error.place if isinstance(step, str)]
    last = steps[-1] if steps else ""
    if last == "required":
        return isinstance(error.value, dict) or error.rule == "oneOf"
    if "approval" in steps and last == "when":  # the decisions that are meant, no condition
        return False
    return last in ("when", "provided", "all", "any", "not", "where")


def _condition(sheet: Sheet, place: Path, error: Violation) -> None:
    if place[-1] == "required" and not isinstance(error.value, dict):
        sheet.note(
            place,
            "wrong_type",
            f"「required」に「{shown(error.value)}」は書けません。",
            "true、false、または条件を書いてください。",
        )
        return
    fault = fault_of(error.value, place, in_group="where" in place)
    if fault is None:
        sheet.note(
            place, "bad_condition", "条件の書き方が違います。", "docs/definition-language.md を見てください。"
        )
    else:
        sheet.note(fault.path, fault.code, fault.message, fault.mend)


def _unknown_keys(errors: Iterable[Violation]) -> list[str]:
    """Keys that do not belong where they stand, each once, in the order of writing."""
    found: dict[str, None] = {}
    for error in errors:
        if error.rule == "additionalProperties" and error.limit is False:
            known = error.properties
            found.update((key, None) for key in error.value if key not in known)
        elif error.about_name:
            found[str(error.value)] = None
    return list(found)


def _known_keys(errors: Iterable[Violation]) -> list[str]:
    """The keys that may stand here: the narrowest list among the errors."""
    lists: list[list[str]] = []
    for error in errors:
        if error.about_name and error.rule == "enum":
            lists.append(list(error.limit))
        elif error.rule == "additionalProperties" and error.limit is False:
            lists.append(list(error.properties))
    return min(lists, key=len, default=[])


def _unknown_key(sheet: Sheet, path: Path, errors: list[Violation], known: list[str]) -> None:
    key = str(path[-1])
    wrong = next((e for e in errors if e.about_name and e.rule == "pattern" and e.value == key), None)
    if wrong is not None:
        sheet.note(path, "bad_key", f"「{key}」は鍵として使えません。", form(str(wrong.limit)))
        return
    kind = _kind_at(sheet, path)
    if kind and key in schema()["$defs"]["question"]["properties"]:
        title = _kind_title(kind)
        message = f"質問の種類「{kind}」（{title}）では「{key}」を使えません。"
        sheet.note(
            path,
            "key_of_other_kind",
            message,
            f"この行を消すか、種類を変えてください。{either(known, most=20)}",
        )
        return
    mend = suggestion(key, known) or f"この行を消してください。{either(known, most=20)}"
    sheet.note(path, "unknown_key", f"「{key}」という項目はありません。", mend)


def _kind_at(sheet: Sheet, path: Path) -> str:
    if len(path) < 3 or path[-3] != "questions" or not sheet.question_at(path):
        return ""
    node: Any = sheet.data
    for step in path[:-1]:
        node = node[step]
    kind = node.get("kind")
    return kind if isinstance(kind, str) and _kind_title(kind) else ""


def _kind_title(kind: str) -> str:
    kinds = schema()["$defs"]["kind"]["oneOf"]
    return next((str(one["title"]) for one in kinds if one["const"] == kind), "")


def _missing_name(error: Violation) -> str:
    """The key this error is about; jsonschema reports one error for each missing key."""
    absent = (name for name in error.limit if name not in error.value)
    return next((name for name in absent if error.message.startswith(f"'{name}'")), "")


def _missing(sheet: Sheet, place: Path, absent: dict[str, Violation]) -> None:
    """One finding for all keys that are missing at one place."""
    if not absent:
        return
    called = []
    for name, error in absent.items():
        title = _title(error.properties.get(name) or _question_property(name))
        called.append(f"「{name}」（{title}）" if title else f"「{name}」")
    first = next(iter(absent))
    message, mend = f"{'、'.join(called)}がありません。", f"「{first}: …」の行を書いてください。"
    sheet.note((*place, first), "missing_key", message, mend)


def _question_property(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["$defs"]["question"]["properties"].get(name, {})
    return found


def _title(node: dict[str, Any]) -> str:
    if "title" in node:
        return str(node["title"])
    reference = str(node.get("$ref", ""))
    return str(schema()["$defs"].get(reference.rsplit("/", 1)[-1], {}).get("title", "")) if reference else ""


def _value(sheet: Sheet, place: Path, errors: list[Violation]) -> None:
    """One finding for a value, whatever number of rules it breaks."""
    key = next((str(step) for step in reversed(place) if isinstance(step, str)), "定義")
    error = min(errors, key=lambda one: _ORDER.index(one.rule) if one.rule in _ORDER else len(_ORDER))
    code, message, mend = say(key, place, error)
    sheet.note(place, code, message, mend)


_ORDER = ("type", "const", "enum", "not", "pattern", "oneOf", "anyOf")
