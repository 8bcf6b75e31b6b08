"""What a condition names must exist, be asked before, and be something that can be compared that way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.condition_shape import COMPARISONS, EQUALITIES, GROUP_HEADS
from madoguchi.procedures.checks.sheet import Asked, Sheet, asked, either, suggestion
from madoguchi.procedures.conditions import DAYS_OF_AGE

LAST = 1_000_000  # the position of what is decided after all questions: eligibility, documents
NUMBERS = frozenset({"integer", "decimal", "yen"})
TEXTS = frozenset({"text", "long_text", "email", "phone", "corporate_number", "insured_number"})
_SET_APART = "くりかえしの答えは「any_member」「all_members」「count」の where の中で使います。"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a condition stands: it may look at what was asked before `position`."""

    condition: Any
    path: Path
    position: int
    group: str = ""  # the group whose member is being asked
    owner: str = ""  # the question the condition belongs to
    itself: frozenset[str] = frozenset()  # what the condition decides about


@dataclass(slots=True)
class Known:
    """All questions of a definition by id, with the derived page 「手続をする方」."""

    questions: dict[str, Asked]
    needs: dict[str, set[str]] = field(default_factory=dict)  # question -> questions its conditions name

    @classmethod
    def of(cls, data: dict[str, Any]) -> Known:
        known: dict[str, Asked] = {}
        representatives = data["who"]["representatives"]
        if representatives:
            options = [{"id": "self"}, *representatives]
            who: dict[str, Any] = {
                "id": "filer",
                "kind": "choice",
                "label": "手続をする方",
                "options": options,
            }
            known["filer"] = Asked(who, ("who", "representatives"), -1, -1)
        for question in asked(data):
            known.setdefault(question.id, question)
        return cls(known)

    def leads_to(self, start: str, goal: str) -> list[str]:
        """A way from one question to another along the conditions, or nothing."""
        ways = [[start]]
        seen = {start}
        while ways:
            way = ways.pop(0)
            for following in sorted(self.needs.get(way[-1], ())):
                if following == goal:
                    return [*way, goal]
                if following not in seen:
                    seen.add(following)
                    ways.append([*way, following])
        return []


def places(data: dict[str, Any]) -> Iterator[Place]:
    """Every condition of a definition with its place."""
    for n, rule in enumerate(data.get("eligibility", ())):
        yield Place(rule["when"], ("eligibility", n, "when"), LAST)
    by_section: dict[int, list[Asked]] = {}
    for question in asked(data):
        by_section.setdefault(question.section, []).append(question)
    for n, section in enumerate(data["sections"]):
        inside = frozenset(question.id for question in by_section[n])
        if "when" in section:
            yield Place(section["when"], ("sections", n, "when"), by_section[n][0].position, itself=inside)
        for question in by_section[n]:
            yield from _of_question(question)
    for n, document in enumerate(data.get("documents", ())):
        for key in ("when", "required"):
            if isinstance(document.get(key), dict):
                yield Place(document[key], ("documents", n, key), LAST)
    for n, exemption in enumerate(data["fee"].get("exemptions", ())):
        yield Place(exemption["when"], ("fee", "exemptions", n, "when"), LAST)
    for n, chain in enumerate(data["workflow"]["approval"]):
        if "provided" in chain:
            yield Place(chain["provided"], ("workflow", "approval", n, "provided"), LAST)
    for n, step in enumerate(data["workflow"].get("external_steps", ())):
        if "when" in step:
            yield Place(step["when"], ("workflow", "external_steps", n, "when"), LAST)
        if "when" in step.get("months_after", {}):
            path: Path = ("workflow", "external_steps", n, "months_after", "when")
            yield Place(step["months_after"]["when"], path, LAST)
    for n, addressee in enumerate(data["outputs"].get("addressees", ())):
        yield Place(addressee["when"], ("outputs", "addressees", n, "when"), LAST)


def _of_question(question: Asked) -> Iterator[Place]:
    itself = frozenset({question.id})
    if question.kind == "group":
        itself |= {str(member["id"]) for member in question.data["questions"]}
    for key in ("when", "required"):
        if isinstance(question.data.get(key), dict):
            path = (*question.path, key)
            yield Place(question.data[key], path, question.position, question.group, question.id, itself)
    for n, option in enumerate(question.data.get("options", ())):
        if "when" in option:
            path = (*question.path, "options", n, "when")
            yield Place(option["when"], path, question.position, question.group, question.id, itself)


def check(sheet: Sheet) -> None:
    """Note every reference of a condition that leads nowhere, forward, in a circle, or to the wrong kind."""
    known = Known.of(sheet.data)
    found = list(places(sheet.data))
    for place in found:
        if place.owner:
            known.needs.setdefault(place.owner, set()).update(names_in(place.condition))
    for place in found:
        _condition(sheet, known, place, place.condition, place.path, place.group)


def names_in(condition: Any) -> Iterator[str]:
    """Ids of questions and groups that a condition names."""
    for key, value in condition.items():
        if key in ("question", "age_of", "school_year_age_of", *GROUP_HEADS) and isinstance(value, str):
            yield value
        elif key in ("all", "any"):
            for part in value:
                yield from names_in(part)
        elif key in ("not", "where"):
            yield from names_in(value)
    day = condition.get("on")
    if isinstance(day, str) and day not in DAYS_OF_AGE and not day[:1].isdigit():
        yield day


def _condition(sheet: Sheet, known: Known, place: Place, node: Any, path: Path, group: str) -> None:
    for key in ("all", "any"):
        for n, part in enumerate(node.get(key, ())):
            _condition(sheet, known, place, part, (*path, key, n), group)
    if "not" in node:
        _condition(sheet, known, place, node["not"], (*path, "not"), group)
    head = next((key for key in GROUP_HEADS if key in node), "")
    if head:
        inner = _group(sheet, known, place, str(node[head]), (*path, head))
        if inner and "where" in node:
            _condition(sheet, known, place, node["where"], (*path, "where"), inner)
    elif "question" in node:
        target = _question(sheet, known, place, str(node["question"]), (*path, "question"), group, node)
        if target is not None:
            _comparable(sheet, target, node, path)
    else:
        key = next((one for one in ("age_of", "school_year_age_of") if one in node), "")
        if key:
            _age(sheet, known, place, node, (*path, key), group)


def _group(sheet: Sheet, known: Known, place: Place, name: str, path: Path) -> str:
    target = known.questions.get(name)
    groups = [one.id for one in known.questions.values() if one.kind == "group"]
    if target is None or target.kind != "group":
        mend = suggestion(name, groups) or (
            either(groups) if groups else "くりかえし（group）の質問を作ってください。"
        )
        sheet.note(path, "unknown_group", f"「{name}」というくりかえし（group）はありません。", mend)
        return ""
    return name if _in_order(sheet, known, place, target, path) else ""


def _question(
    sheet: Sheet, known: Known, place: Place, name: str, path: Path, group: str, node: dict[str, Any]
) -> Asked | None:
    target = known.questions.get(name)
    if target is None:
        ids = known.questions.keys()
        mend = suggestion(name, ids) or "条件で使う質問の id を確かめてください。"
        sheet.note(path, "unknown_question", f"「{name}」という質問はありません。", mend)
        return None
    if target.group and target.group != group:
        sheet.note(
            path,
            "not_in_reach",
            f"質問「{name}」は、くりかえし「{target.group}」の中にあります。",
            _SET_APART,
        )
        return None
    if target.kind == "group" and "answered" not in node:
        sheet.note(
            path, "group_compared", f"「{name}」はくりかえし（group）なので、値と比べられません。", _SET_APART
        )
        return None
    return target if _in_order(sheet, known, place, target, path) else None


def _in_order(sheet: Sheet, known: Known, place: Place, target: Asked, path: Path) -> bool:
    if target.id in place.itself:
        sheet.note(
            path,
            "condition_on_itself",
            f"「{target.id}」の条件が、「{target.id}」自身の答えを見ています。",
            "前のページの質問を条件にしてください。",
        )
        return False
    if target.position < place.position:
        return True
    circle = known.leads_to(target.id, place.owner) if place.owner else []
    if circle:
        way = " → ".join([place.owner, *circle])
        sheet.note(path, "cycle", f"条件が輪になっています（{way}）。", "どれか1つの条件を消してください。")
    else:
        line = sheet.source.line_of(target.path)
        sheet.note(
            path,
            "later_question",
            f"質問「{target.id}」は、この後（{line}行目）で聞かれます。",
            f"「{target.id}」を前に移すか、別の質問を条件にしてください。",
        )
    return False


def _comparable(sheet: Sheet, target: Asked, node: dict[str, Any], path: Path) -> None:
    key = next((one for one in (*EQUALITIES, *COMPARISONS) if one in node), "")
    kind, where = target.kind, (*path, key)
    if kind == "statement":
        sheet.note(
            where,
            "no_answer",
            f"「{target.id}」は説明だけの質問で、答えがありません。",
            "この条件を消してください。",
        )
    elif key == "answered":
        return
    elif key in COMPARISONS:
        _bounds(sheet, target, node, path)
    elif key == "includes" or kind == "choices":
        _choices(sheet, target, node, path, key)
    else:
        values = node["in"] if key == "in" else [node[key]]
        for n, value in enumerate(values):
            _equal(sheet, target, value, (*where, n) if key == "in" else where)


def _choices(sheet: Sheet, target: Asked, node: dict[str, Any], path: Path, key: str) -> None:
    if target.kind != "choices":
        mend = f"「is: {node[key]}」と書いてください。"
        sheet.note((*path, key), "wrong_operator", f"「{target.id}」は1つだけを答える質問です。", mend)
    elif key != "includes":
        mend = "「includes: 選択肢」と書いてください。"
        sheet.note((*path, key), "wrong_operator", f"「{target.id}」はいくつも選べる質問です。", mend)
    else:
        _option(sheet, target, node[key], (*path, key))


def _option(sheet: Sheet, target: Asked, value: Any, path: Path) -> None:
    ids = [str(option["id"]) for option in target.data.get("options", ())]
    if value not in ids:
        mend = suggestion(value, ids) or either(ids)
        sheet.note(path, "unknown_option", f"質問「{target.id}」に選択肢「{value}」はありません。", mend)


def _equal(sheet: Sheet, target: Asked, value: Any, path: Path) -> None:
    kind = target.kind
    if kind == "choice":
        _option(sheet, target, value, path)
    elif kind == "yes_no" and value not in ("yes", "no"):
        _wrong_value(sheet, target, value, path, "はい・いいえの質問では yes か no と書いてください。")
    elif kind == "declaration" and value is not True:
        _wrong_value(sheet, target, value, path, "確認のしるしでは true と書いてください。")
    elif kind == "date":
        _wrong_value(
            sheet, target, value, path, "日付は at_least、at_most、less_than、more_than で比べてください。"
        )
    elif kind in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        _wrong_value(sheet, target, value, path, "引用符を付けずに数を書いてください。")
    elif kind in TEXTS and not isinstance(value, str):
        _wrong_value(sheet, target, value, path, f'引用符で囲んで「"{value}"」と書いてください。')
    elif kind not in (*NUMBERS, *TEXTS, "yes_no", "declaration"):
        _wrong_value(
            sheet,
            target,
            value,
            path,
            "この種類の質問には answered: true か answered: false だけを使えます。",
        )


def _wrong_value(sheet: Sheet, target: Asked, value: Any, path: Path, mend: str) -> None:
    shown = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    sheet.note(path, "wrong_value", f"質問「{target.id}」の答えを「{shown}」と比べることはできません。", mend)


def _bounds(sheet: Sheet, target: Asked, node: dict[str, Any], path: Path) -> None:
    for key in COMPARISONS:
        if key not in node:
            continue
        bound, where = node[key], (*path, key)
        if target.kind == "date":
            if not isinstance(bound, str):
                _wrong_value(sheet, target, bound, where, "2026-04-01 のような日か、today を書いてください。")
            elif not real_day(bound):
                sheet.note(
                    where, "no_such_day", f"「{bound}」という日はありません。", "暦にある日を書いてください。"
                )
        elif target.kind not in NUMBERS:
            mend = "数か日付の質問だけを、大きさで比べられます。"
            sheet.note(where, "wrong_operator", f"「{target.id}」は大きさを比べられない質問です。", mend)
        elif isinstance(bound, str):
            _wrong_value(sheet, target, bound, where, "引用符を付けずに数を書いてください。")


def _age(sheet: Sheet, known: Known, place: Place, node: dict[str, Any], path: Path, group: str) -> None:
    places_of_days: list[tuple[str, Path]] = [(str(node[str(path[-1])]), path)]
    day = str(node.get("on", "today"))
    where = (*path[:-1], "on")
    if day[:1].isdigit():
        if not real_day(day):
            sheet.note(
                where, "no_such_day", f"「{day}」という日はありません。", "暦にある日を書いてください。"
            )
    elif day not in DAYS_OF_AGE:
        places_of_days.append((day, where))
    for name, at in places_of_days:
        target = _question(sheet, known, place, name, at, group, {"answered": True})
        if target is not None and target.kind != "date":
            mend = "日付（date）の質問を書いてください。"
            sheet.note(at, "not_a_date", f"質問「{name}」は日付ではないので、年齢を数えられません。", mend)


def real_day(text: str) -> bool:
    """Whether this is today or a day of the calendar."""
    if text == "today":
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
