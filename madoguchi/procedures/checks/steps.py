"""External steps must name decisions, steps and questions that exist, and come in an order that can be kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from madoguchi.common.yaml_source import Path
from madoguchi.procedures.checks.sheet import Sheet, either, suggestion
from madoguchi.procedures.definition import UNSAID

RESULT_KINDS = ("text", "long_text", "date", "integer", "decimal", "yen", "choice", "choices", "yes_no")
PLACEHOLDERS = ("applicant_name", "receipt_number", "filed_on", "due_on", "department", "city")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def check(sheet: Sheet) -> None:
    """Note every reference of an external step, of the disaster and of a second look that leads nowhere."""
    workflow = sheet.data["workflow"]
    asked = {q["id"]: q for section in sheet.data["sections"] for q in section["questions"]}
    steps = workflow.get("external_steps", [])
    decisions = [decision["id"] for decision in workflow["decisions"]]
    ids = [step["id"] for step in steps]
    for n, step in enumerate(steps):
        path: Path = ("workflow", "external_steps", n)
        _all_known(sheet, (*path, "before"), step.get("before", ()), decisions, "unknown_decision", "決定")
        _all_known(sheet, (*path, "after"), step.get("after", ()), ids, "unknown_step", "仕事")
        _result(sheet, path, step, decisions)
        _answers(sheet, path, step, asked)
        if step["kind"] != "board" and "agenda" in step:
            message, mend = "次第（agenda）があるのは審査会だけです。", "「agenda」を消してください。"
            sheet.note((*path, "agenda"), "agenda_without_board", message, mend)
    for n, step in enumerate(steps):
        _order(sheet, n, step, {one["id"]: one.get("after", ()) for one in steps})
    _disaster(sheet, workflow, asked)


def _all_known(
    sheet: Sheet, path: Path, names: Collection[str], known: Collection[str], code: str, called: str
) -> None:
    for m, name in enumerate(names):
        if name not in known:
            mend = suggestion(name, known) or (either(known) if known else "この行を消してください。")
            sheet.note((*path, m), code, f"「{name}」という{called}はありません。", mend)


def _result(sheet: Sheet, path: Path, step: dict[str, Any], decisions: list[str]) -> None:
    questions = {question["id"]: question for question in step["result"]}
    seen: set[str] = set()
    for m, question in enumerate(step["result"]):
        place: Path = (*path, "result", m)
        if question["kind"] not in RESULT_KINDS:
            message = f"結果に「{question['kind']}」の質問は書けません。"
            sheet.note((*place, "kind"), "kind_of_result", message, either(RESULT_KINDS))
        if question["id"] in seen:
            message = f"結果の質問の識別子「{question['id']}」が二度使われています。"
            sheet.note((*place, "id"), "duplicate_id", message, "どちらかを別の名前にしてください。")
        seen.add(question["id"])
    for key, kind in (("decision_from", "choice"), ("months_from", "integer")):
        name = step.get(key)
        if name is None:
            continue
        if name not in questions:
            mend = suggestion(name, questions) or either(questions)
            message = f"結果に「{name}」という質問はありません。"
            sheet.note((*path, key), "unknown_question", message, mend)
        elif questions[name]["kind"] != kind:
            message = f"「{key}」には、{kind} の質問を書きます。"
            sheet.note((*path, key), "wrong_kind", message, f"「{name}」の種類を {kind} にしてください。")
        elif key == "decision_from":
            index = list(questions).index(name)
            options = [option["id"] for option in questions[name].get("options", ())]
            at: Path = (*path, "result", index, "options")
            for m, option in enumerate(options):
                if option not in decisions:
                    mend = suggestion(option, decisions) or either(decisions)
                    message = f"選択肢「{option}」は、決定の識別子ではありません。"
                    sheet.note((*at, m, "id"), "unknown_decision", message, mend)


def _answers(sheet: Sheet, path: Path, step: dict[str, Any], asked: dict[str, Any]) -> None:
    said = [name for name, question in asked.items() if question["kind"] not in UNSAID]
    derived = ["filer"] if sheet.data["who"]["representatives"] else []
    known = [*said, *derived]
    sheet_of = step.get("sheet", {})
    _all_known(
        sheet, (*path, "sheet", "answers"), sheet_of.get("answers", ()), known, "unknown_question", "質問"
    )
    _all_known(sheet, (*path, "agenda"), step.get("agenda", ()), known, "unknown_question", "質問")
    days = [name for name, question in asked.items() if question["kind"] == "date"]
    after = step.get("months_after", {}).get("question")
    _all_known(
        sheet, (*path, "months_after"), [after] if after else [], days, "unknown_question", "日付の質問"
    )
    for name in _PLACEHOLDER.findall(step.get("letter", {}).get("body", "")):
        if name not in PLACEHOLDERS and name not in said:
            mend = suggestion(name, (*PLACEHOLDERS, *said)) or either(f"{{{one}}}" for one in PLACEHOLDERS)
            message = f"本文の {{{name}}} に入る値がありません。"
            sheet.note((*path, "letter", "body"), "unknown_placeholder", message, mend)
            break


def _order(sheet: Sheet, n: int, step: dict[str, Any], before: dict[str, Any]) -> None:
    """A step that waits for itself, over however many others, could never be asked for."""
    ways, seen = list(step.get("after", ())), set()
    while ways:
        name = ways.pop()
        if name == step["id"]:
            path: Path = ("workflow", "external_steps", n, "after")
            message = f"仕事「{step['title']}」は、自分が済むのを待つことになります。"
            sheet.note(path, "cycle", message, "順番が輪にならないように直してください。")
            return
        if name not in seen:
            seen.add(name)
            ways += before.get(name, ())


def _disaster(sheet: Sheet, workflow: dict[str, Any], asked: dict[str, Any]) -> None:
    for key, kind in (("day", "date"), ("place", "address")):
        name = workflow.get("disaster", {}).get(key)
        if name is None:
            continue
        of_kind = [one for one, question in asked.items() if question["kind"] == kind]
        if name not in of_kind:
            mend = suggestion(name, of_kind) or (either(of_kind) if of_kind else "質問を加えてください。")
            message = f"「{name}」は、{kind} の質問ではありません。"
            sheet.note(("workflow", "disaster", key), "unknown_question", message, mend)
