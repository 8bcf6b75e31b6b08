"""What a question is said to mean in any procedure must fit its kind and its place."""

from __future__ import annotations

from madoguchi.procedures.checks.sheet import Asked, Sheet, asked
from madoguchi.procedures.meanings import FACTS, GROUP_ROLES, MEMBER_FACTS


def check(sheet: Sheet) -> None:
    """Note meanings of another kind or place, meanings given twice, and people without a name."""
    questions = [question for question in asked(sheet.data) if "means" in question.data]
    groups = {question.id for question in questions if question.kind == "group"}
    fitting = [question for question in questions if _fits(sheet, question, groups)]
    seen: dict[tuple[str, str], str] = {}
    for question in fitting:
        means = str(question.data["means"])
        first = seen.setdefault((question.group, means), question.id)
        if question.kind != "group" and first != question.id:
            message = f"「{means}」は、質問「{first}」にも書かれています。"
            mend = "どちらかの means を消してください。"
            sheet.note((*question.path, "means"), "meaning_twice", message, mend)
        elif len(fitting) == len(questions) and not _has_name(question, fitting):
            message = f"「{means}」の人の氏名が、どの質問かわかりません。"
            mend = (
                "氏名の質問にも means を書いてください（くりかえしの中では name、外では child.name など）。"
            )
            sheet.note((*question.path, "means"), "nameless_person", message, mend)


def _fits(sheet: Sheet, question: Asked, groups: set[str]) -> bool:
    means = str(question.data["means"])
    _role, _dot, fact = means.rpartition(".")
    if question.kind == "group":
        wanted, fits = _listed(GROUP_ROLES), means in GROUP_ROLES
    elif question.group:
        wanted, fits = _listed(MEMBER_FACTS), means in MEMBER_FACTS and FACTS[means] == question.kind
        if fits and question.group not in groups:
            message = f"くりかえし「{question.group}」が、だれについてのものかわかりません。"
            mend = f"くりかえしにも means（{_listed(GROUP_ROLES)}）を書いてください。"
            sheet.note((*question.path, "means"), "nobody_meant", message, mend)
            return False
    else:
        wanted, fits = "「spouse.name」のような書き方", "." in means and FACTS[fact] == question.kind
    if not fits:
        message = f"「means: {means}」は、この質問（{question.kind}）に書けません。"
        mend = f"ここに書けるのは{wanted}で、氏名は person_name、生年月日は date、続柄は text です。"
        sheet.note((*question.path, "means"), "wrong_meaning", message, mend)
    return fits


def _has_name(question: Asked, questions: list[Asked]) -> bool:
    """Whether the person has a name; members are judged with their group."""
    means = str(question.data["means"])
    if question.kind == "group":
        return any(one.group == question.id and one.data["means"] == "name" for one in questions)
    role = means.partition(".")[0]
    return "." not in means or any(one.data["means"] == f"{role}.name" for one in questions)


def _listed(words: tuple[str, ...]) -> str:
    """The words that may stand here."""
    return "、".join(words)
