import pytest

from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.definition import ClockExtension, Consulted, Definition, Delegation, Substitute
from madoguchi.procedures.findings import BrokenDefinition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.tests.building import TODAY, asked, definition, definition_of, section

SOURCE = """\
language: 1
id: example
title: 見本の手続
summary: 見本です。
kind_of_act: application
department: residents
bring: [本人確認書類, 印鑑]
sections:
  - id: main
    title: 質問
    questions:
      - {id: colour, kind: choice, label: 色, options: [{id: red, label: 赤, hint: 明るい赤}]}
      - {id: copies, kind: integer, label: 通数, unit: 通}
clock: {kind: standard, days: 14}
texts:
  en:
    title: Example
    question.colour.label: Colour
    option.colour.red: Red
    bring.1: Seal
"""


def broken(source: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BrokenDefinition) as refused:
        compile_source(source)
    return [(finding.line, finding.question_id, finding.code) for finding in refused.value.findings]


def codes(*questions, **keys) -> set[str]:
    with pytest.raises(BrokenDefinition) as refused:
        definition(*questions, **keys)
    return {finding.code for finding in refused.value.findings}


def test_texts_are_in_the_language_asked_for_or_else_in_japanese():
    example = compile_source(SOURCE)
    colour = example.question("colour")

    assert (example.title, example.title.of("en"), example.title.of("ja-easy")) == (
        "見本の手続",
        "Example",
        "見本の手続",
    )
    assert (colour.options[0].label.of("en"), colour.options[0].hint.of("en")) == ("Red", "明るい赤")
    assert (example.bring[0].of("en"), example.bring[1].of("en")) == ("本人確認書類", "Seal")
    assert (colour.label.has("en"), colour.label.has("ja-easy"), colour.label.has("ja")) == (
        True,
        False,
        True,
    )


def test_every_text_can_be_had_by_its_key():
    example = compile_source(SOURCE)

    assert example.text("en", "question.colour.label") == "Colour"
    assert example.text("en", "question.copies.unit") == "通"
    assert example.text("en", "no.such.key", "—") == "—"
    assert {
        "title",
        "summary",
        "bring.0",
        "option.colour.red.hint",
        "section.main.title",
    } <= example.texts.keys()


def test_a_definition_remembers_its_source():
    assert compile_source(SOURCE).digest == compile_source(SOURCE).digest
    assert compile_source(SOURCE).digest != compile_source(SOURCE + "\n").digest


def test_questions_and_sections_are_found_by_id():
    example = compile_source(SOURCE)

    assert [question.id for question in example.all_questions()] == ["colour", "copies"]
    assert example.section("main").title == "質問"
    assert not example.has_question("size")
    for missing in (example.question, example.section, example.document):
        with pytest.raises(KeyError):
            missing("size")


def test_all_faults_are_told_at_once_with_line_and_question():
    source = SOURCE.replace("kind: choice", "kind: colour").replace(
        "unit: 通", "max: few, when: {question: size, is: 1}"
    )

    assert broken(source) == [
        (12, "colour", "unknown_kind"),
        (13, "copies", "unknown_question"),
        (13, "copies", "wrong_type"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("language: 1", "language: 2"), "unknown_language"),
        (("title: 見本の手続", "title: [見本]"), "wrong_type"),
        (("summary: 見本です。\n", ""), "missing_key"),
        (("kind_of_act: application", "kind_of_act: wish"), "unknown_value"),
        (("id: copies", "id: colour"), "duplicate_id"),
        (("id: copies", "id: Copies"), "bad_id"),
        (("id: copies", "id: filer_age"), "reserved_id"),
        (("id: main", "id: filer"), "reserved_id"),
        (("clock: {kind: standard, days: 14}\n", ""), "missing_key"),
        (("bring: [本人確認書類, 印鑑]", "bring: 印鑑"), "wrong_type"),
        (("options: [{id: red, label: 赤, hint: 明るい赤}]", "options: [red]"), "wrong_type"),
        (("    questions:", "    question:"), "empty_section"),
        (("id: example", "id: &x example"), "alias"),
        (("label: 通数, unit: 通", "label: 通数, computed: {expression: 1 +}"), "syntax"),
        (("label: 通数, unit: 通", "label: 通数, computed: {expression: size + 1}"), "unknown_name"),
        (("label: 通数, unit: 通", "label: 通数, required: sometimes"), "wrong_type"),
        (("label: 通数, unit: 通", "label: 通数, pattern: '(a+)+'"), "slow_pattern"),
        (("label: 通数, unit: 通", "label: 通数, pattern: '(a'"), "bad_pattern"),
        (("label: 通数, unit: 通", "label: 通数, prefill: {from: applicant.wage}"), "unknown_value"),
    ],
)
def test_a_fault_has_its_code(change, code):
    assert code in {found for _, _, found in broken(SOURCE.replace(*change))}


@pytest.mark.parametrize(
    "text", ["", "a: [", "- 1", "sections: 3", "language: 1\nsections: [3]", "texts: []", "who: 3", "fee: []"]
)
def test_no_text_whatever_breaks_the_compiler(text):
    assert broken(text)


def test_a_group_stands_alone_and_holds_no_group():
    inner = asked("inner", "group", questions=[asked("name")])

    assert "group_not_alone" in codes(asked("one", "group", questions=[asked("name")]), asked("other"))
    assert "group_in_group" in codes(asked("one", "group", questions=[inner]))


def test_a_condition_sees_members_only_inside_where():
    children = asked("children", "group", questions=[asked("apart", "yes_no")])
    outside = section("last", asked("why", when={"question": "apart", "is": "yes"}))
    inside = section(
        "last", asked("why", when={"any_member": "children", "where": {"question": "apart", "is": "yes"}})
    )

    with pytest.raises(BrokenDefinition) as refused:
        definition_of(section("family", children), outside)
    assert [finding.code for finding in refused.value.findings] == ["not_in_reach"]
    assert definition_of(section("family", children), inside).has_question("why")


def test_a_condition_over_a_group_that_does_not_exist_is_refused():
    condition = {"count": "children", "at_least": 1}

    assert codes(asked("why", when=condition)) == {"unknown_group"}


def test_the_first_question_prefilled_by_a_fact_is_found():
    facts = definition(
        asked("name", "person_name", prefill={"from": "applicant.name"}),
        asked("mail", "email", prefill={"from": "applicant.email"}),
        asked("other_mail", "email", prefill={"from": "applicant.email"}),
    )

    assert [
        getattr(facts.fact_question(f"applicant.{fact}"), "id", None) for fact in ("name", "email", "phone")
    ] == [
        "name",
        "mail",
        None,
    ]


def test_decisions_find_their_approval_notice_and_appeal():
    workflow = {
        "decisions": [
            {"id": "granted", "label": "認定", "outcome": "granted", "notice": "letter", "appeal": "mayor"}
        ],
        "approval": [{"when": ["granted"], "drafter": "officer", "approver": "head"}, {"when": "all"}],
    }
    outputs = {
        "notices": [{"id": "letter", "title": "認定通知書", "body": "認定しました。"}],
        "appeals": [{"id": "mayor", "to": "市長", "text": "審査請求ができます。"}],
        "next_steps": "お待ちください。",
    }
    decided = definition(asked("name"), workflow=workflow, outputs=outputs)
    kind = decided.workflow.decision("granted")

    granted, refused = decided.workflow.approval_of("granted"), decided.workflow.approval_of("refused")
    assert kind is not None
    assert granted is not None
    assert refused is not None
    assert (granted.approver, refused.approver) == ("head", "approver")
    assert decided.outputs.notice(kind.notice) == decided.outputs.notices[0]
    assert decided.outputs.appeal(kind.appeal) == decided.outputs.appeals[0]
    assert "notice.letter.body" not in decided.texts


def test_a_chain_names_departments_posts_delegation_substitute_and_what_is_opened_before_a_batch():
    chain = {
        "when": "all",
        "amount": {"at_least": 10_000},
        "provided": {"question": "months", "at_least": 6},
        "approver": "head",
        "department": "welfare",
        "post": "部長",
        "delegation": {"basis": "決裁規程", "mark": "general_knowledge"},
        "substitute": {"role": "approver", "post": "課長補佐"},
        "consult": [{"department": "tax", "role": "head", "days": 3, "post": "課長"}],
        "consult_order": "in_turn",
        "batch": {"sample": 20},
        "draft": "伺います。",
    }
    plain = {"when": "all", "drafter": "officer", "approver": "approver", "batch": "never"}
    workflow = {"approval": [chain, plain]}
    made = definition(asked("months", "integer"), workflow=workflow).workflow

    first, second = made.approvals_of("granted")
    assert made.approval_of("granted") is second
    assert (first.at_least, first.below, first.department, first.post) == (10_000, None, "welfare", "部長")
    assert first.provided is not None
    assert first.delegation == Delegation("決裁規程", "general_knowledge")
    assert first.substitute == Substitute("approver", "課長補佐")
    assert first.consult == (Consulted("tax", "head", 3, "課長"),)
    assert (first.in_turn, first.sample, first.draft) == (True, 20, "伺います。")
    assert (second.is_limited, second.in_turn, second.sample) == (False, False, 0)


# --- who files ---------------------------------------------------------------------------------------------------

REPRESENTATIVES = [
    {"id": "spouse", "label": "配偶者", "mandate": False},
    {"id": "agent", "label": "任意代理人", "mandate": True, "hint": "委任状が要ります。"},
]


def with_representatives() -> Definition:
    who = {"may_file": "父母が請求できます。", "representatives": REPRESENTATIVES}
    return definition(asked("name"), who=who)


def test_a_procedure_with_representatives_begins_with_who_files():
    filed = with_representatives()

    assert [section.id for section in filed.sections] == ["filer", "main"]
    assert [option.id for option in filed.question("filer").options] == ["self", "spouse", "agent"]
    assert filed.documents[0].id == "mandate"


@pytest.mark.parametrize(
    ("filer", "asked_for", "documents"),
    [("self", 0, []), ("spouse", 4, []), ("agent", 4, ["mandate"])],
)
def test_somebody_who_files_for_another_says_who_and_with_what_mandate(filer, asked_for, documents):
    evaluation = evaluate(with_representatives(), {"filer": filer, "name": "花子"}, today=TODAY)

    assert len(evaluation.problems) == asked_for
    assert [state.document.id for state in evaluation.documents] == documents


def test_the_page_of_who_files_speaks_every_language():
    filed = with_representatives()

    for question in filed.section("filer").questions:
        assert question.label.has("en")
        assert question.label.has("ja-easy")


def test_a_procedure_for_the_person_alone_has_no_such_page():
    assert [section.id for section in definition(asked("name")).sections] == ["main"]


def test_eligibility_and_entitlement_without_their_rule_are_refused():
    rule = {"id": "no", "effect": "stop", "message": "できません。"}

    assert codes(asked("name"), eligibility=[rule]) == {"missing_key"}
    assert codes(asked("name"), entitlement={"label": "見込み"}) == {"missing_key"}


def test_autocomplete_is_switched_on_or_names_its_token():
    asked_for = definition(
        asked("name", "person_name", autocomplete=True),
        asked("firm", autocomplete="organization"),
        asked("other", autocomplete=False),
    )

    assert [question.autocomplete for question in asked_for.all_questions()] == ["on", "organization", ""]


def test_a_limit_that_is_neither_number_nor_day_is_refused():
    assert codes(asked("copies", "integer", min=[1])) == {"wrong_type"}


def test_what_lets_the_city_extend_a_period_stands_in_its_clock():
    law = "介護保険法 第27条第11項"
    extended = SOURCE.replace("days: 14}", f"days: 14, extension: {{law: {law}, mark: verified}}}}")
    limited = SOURCE.replace("days: 14}", "days: 14, extension: {max_days: 30, law: 見本法, mark: seen}}")

    assert compile_source(SOURCE).clock.extension is None
    assert compile_source(extended).clock.extension == ClockExtension(None, law, "verified")
    assert compile_source(limited).clock.extension == ClockExtension(30, "見本法", "seen")
