"""What a new version of a definition may not do to the one before it: give an id another meaning."""

from __future__ import annotations

from madoguchi.procedures.checks.sheet import Asked, Sheet, asked
from madoguchi.procedures.definition import Definition, Question

# A longer text may follow a shorter one, an amount a number: what was answered keeps its meaning.
ALIKE = ({"text", "long_text"}, {"integer", "yen", "decimal"}, {"choice", "yes_no"}, {"file", "photo"})


def check(sheet: Sheet, before: Definition) -> None:
    """Note ids that meant something else before; warn of answers that live drafts will lose."""
    if sheet.data["id"] != before.id:
        message = f"識別子「{sheet.data['id']}」は、前の版の「{before.id}」と違います。"
        sheet.note(
            ("id",), "other_procedure", message, "識別子は変えずに、名前だけを title で変えてください。"
        )
        return
    now = {question.id: question for question in asked(sheet.data)}
    for old in before.all_questions():
        if old.section_id == "filer":
            continue
        new = now.get(old.id)
        if new is None:
            message = f"前の版の質問「{old.id}」がありません。書きかけの申請の答えは引き継がれません。"
            sheet.warn(
                ("sections",),
                f"question_removed_{old.id}",
                message,
                "名前を変えたときは、元の識別子に戻してください。",
            )
        else:
            _same_meaning(sheet, old, new)


def _same_meaning(sheet: Sheet, old: Question, new: Asked) -> None:
    if old.kind != new.kind and not any({old.kind, new.kind} <= kinds for kinds in ALIKE):
        message = f"識別子「{new.id}」は、前の版では別の種類の質問（{old.kind}）でした。"
        sheet.note(
            (*new.path, "kind"), "other_meaning", message, "新しい質問には、新しい識別子を付けてください。"
        )
        return
    if (old.group_id or "") != new.group:
        message = f"質問「{new.id}」が、前の版とは別のくりかえしに移っています。"
        sheet.note(
            (*new.path, "id"), "other_meaning", message, "新しい質問には、新しい識別子を付けてください。"
        )
        return
    ids = {str(option["id"]) for option in new.data.get("options", ())}
    removed = [option.id for option in old.options if option.id not in ids]
    if removed and new.kind == old.kind:
        message = f"前の版の選択肢「{'、'.join(removed)}」がありません。選んでいた人には、もう一度聞きます。"
        sheet.warn(
            (*new.path, "options"),
            "option_removed",
            message,
            "名前を変えたときは、元の識別子に戻してください。",
        )
