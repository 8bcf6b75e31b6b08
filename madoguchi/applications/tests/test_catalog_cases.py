"""Care certification and disaster certificate on their whole way: filing, correction, decision, letter, copy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from madoguchi.applications import actions
from madoguchi.applications.actions.review import Item
from madoguchi.applications.errors import NotAllowed, ReasonMissing
from madoguchi.applications.letters import filing_copy, restored
from madoguchi.applications.models import Application, Decision, Draft, Status
from madoguchi.applications.tests.conftest import SetClock
from madoguchi.applications.tests.desks import text_of, url_of
from madoguchi.applications.tests.factories import ApplicationFactory, department_of, offered, somebody
from madoguchi.applications.tests.offers import offer, sample
from madoguchi.applications.tests.stepping import all_done
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.common import clock
from madoguchi.identity.models import Staff
from madoguchi.organization.tests.factories import signed_in_client
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.kinds import registry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

DAY = datetime(2026, 5, 15, 1, 0, tzinfo=UTC)
CARE, DISASTER = "care_certification", "disaster_certificate"
CERTIFIED = "介護認定審査会の判定による。認定の有効期間は、令和8年5月15日から令和8年11月30日まで。"
GRANTED = {
    CARE: ["support_1", "support_2", "care_1", "care_2", "care_3", "care_4", "care_5"],
    DISASTER: [
        "total_destruction",
        "large_half_destruction",
        "medium_half_destruction",
        "half_destruction",
        "near_half_destruction",
        "partial_damage",
    ],
}
WHOLE = ["care_certification_at_home", "disaster_certificate_slight"]


@pytest.fixture(autouse=True)
def _the_day_of_the_samples(set_clock: SetClock) -> None:
    set_clock(DAY)


def case_of(name: str, **traits: Any) -> Application:
    """A case with the answers of a sample."""
    definition = CARE if name.startswith(CARE) else DISASTER
    return ApplicationFactory(
        procedure_version=offered(definition), answers=dict(sample(name)["answers"]), **traits
    )


def people(case: Application) -> tuple[Staff, Staff]:
    """Who drafts and who approves."""
    department = department_of(case.procedure_version)
    return somebody("officer", department), somebody("approver", department)


def decided(case: Application, kind: str, reason: str = "") -> Decision:
    """The case decided by two people; a department that is not there is not waited for."""
    officer, _approver = people(case)
    all_done(case, kind)
    proposal = actions.propose(application=case, kind=kind, reason=reason, by=officer, now=clock.now())
    decider = somebody(proposal.deciding_role, department_of(case.procedure_version))
    for one in proposal.consultations.all():
        actions.pass_over(
            application=case, consultation_id=one.id, reason="部署がない。", by=decider, now=clock.now()
        )
    return actions.decide(application=case, by=decider, now=clock.now())


def label_of(case: Application, kind: str) -> str:
    """What a decision is called."""
    found = procedures.definition_of(case.procedure_version_id).workflow.decision(kind)
    assert found is not None
    return str(found.label)


# --- filing ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "care_certification_at_home",
        "care_certification_upgrade",
        "care_certification_in_hospital",
        "care_certification_second_insured",
        "disaster_certificate_flooded",
        "disaster_certificate_slight",
    ],
)
def test_it_is_filed_page_by_page_and_its_copy_is_a_pdf(name: str) -> None:
    filing = sample(name)
    definition = offer(CARE if name.startswith(CARE) else DISASTER)
    visitor = Visitor()

    page = visitor.file(filing["procedure"], definition, filing["answers"])

    assert page.path.startswith("/filing/r/"), page.text
    case = Application.objects.get()
    assert case.answers == filing["answers"] | filing["expect"]["computed"]
    copy = filing_copy(case)
    shown = {row.label: row.answer for part in copy.sections for row in part.rows}
    for question in ("applicant_phone", "applicant_address"):
        asked = definition.question(question)
        assert shown[asked.label] == registry.of(asked).display(asked, case.answers[question], "ja")
    assert copy.render().startswith(b"%PDF-")


def test_the_copy_of_a_filing_by_somebody_else_names_both() -> None:
    copy = filing_copy(case_of("disaster_certificate_late_tenant"))

    shown = {row.label: row.answer for part in copy.sections for row in part.rows}
    assert shown["代理の方の氏名"] == "盛岡 一郎（モリオカ イチロウ）"
    assert shown["世帯主の氏名"] == "岩手 花子（イワテ ハナコ）"
    assert shown["家の持ち主の氏名または名称"] == "見本不動産"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("care_certification_under_40", "40歳以上の方が申請できます"),
        ("care_certification_no_disease", "16の特定疾病が原因のとき"),
        ("care_certification_no_insurance", "医療保険に入っているとき"),
        ("disaster_certificate_fire", "火事の証明は、消防署が出します"),
        ("disaster_certificate_vacant_house", "人が住んでいる家の被害を証明する"),
    ],
)
def test_who_may_not_file_is_told_the_reason_and_cannot_send(name: str, said: str) -> None:
    filing = sample(name)
    definition = offer(CARE if name.startswith(CARE) else DISASTER)
    visitor = Visitor()
    page = visitor.start(filing["procedure"])
    for _ in range(20):
        if "このまま申請できません" in page.text:
            break
        page = visitor.answer(page, definition, filing["answers"])

    assert said in page.text
    draft = Draft.objects.get()
    token = visitor.open(f"/filing/d/{draft.id}/discard/").form().value("csrfmiddlewaretoken")
    refused = visitor.post(f"/filing/d/{draft.id}/check/", [("csrfmiddlewaretoken", token)])
    assert refused.status == 422
    assert not Application.objects.exists()


# --- deciding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grade", GRANTED[CARE])
def test_each_grade_of_care_is_decided_and_told_with_period_and_council(grade: str) -> None:
    case = case_of("care_certification_at_home", in_review=True)

    letter = restored(decided(case, grade, CERTIFIED).notice)

    assert letter.title == "要介護認定・要支援認定結果通知書"
    assert f"要介護状態区分等　{label_of(case, grade)}" in letter.body
    assert letter.reason == (CERTIFIED,)
    assert any("岩手県介護保険審査会に対して審査請求" in line for line in letter.appeal)
    assert Application.objects.get().status == Status.CLOSED


@pytest.mark.slow
@pytest.mark.parametrize("grade", GRANTED[DISASTER])
def test_each_grade_of_damage_is_certified_with_cause_place_and_householder(grade: str) -> None:
    case = case_of("disaster_certificate_flooded", in_review=True)

    letter = restored(decided(case, grade).notice)

    assert letter.title == "罹災証明書"
    assert f"住家の被害の程度　{label_of(case, grade)}" in letter.body
    said = "\n".join(letter.body)
    for expected in ("令和8年", "豪雨", "見本豪雨", "盛岡市内丸12-2", "岩手 花子"):
        assert expected in said
    assert "{" not in said
    assert letter.appeal == ()
    assert letter.render().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "kind", "title", "to"),
    [
        (WHOLE[0], "not_certified", "要介護認定・要支援認定結果通知書（非該当）", "岩手県介護保険審査会"),
        (WHOLE[0], "dismissed", "要介護認定・要支援認定申請却下通知書", "岩手県介護保険審査会"),
        (WHOLE[1], "refused", "罹災証明書不交付決定通知書", "盛岡市長"),
    ],
)
def test_a_refusal_is_decided_only_with_its_reason_and_says_where_to_appeal(
    name: str, kind: str, title: str, to: str
) -> None:
    case = case_of(name, in_review=True)
    with pytest.raises(ReasonMissing):
        decided(case, kind, " ")

    letter = restored(decided(case, kind, "調査の結果によるため。").notice)

    assert letter.title == title
    assert letter.reason == ("調査の結果によるため。",)
    assert any(to in line for line in letter.appeal)


@pytest.mark.parametrize("name", WHOLE)
def test_nobody_approves_their_own_grade(name: str) -> None:
    case = case_of(name, in_review=True)
    officer, _ = people(case)
    kind = GRANTED[CARE if name.startswith(CARE) else DISASTER][0]
    all_done(case, kind)
    actions.propose(application=case, kind=kind, reason=CERTIFIED, by=officer, now=clock.now())

    with pytest.raises(NotAllowed):
        actions.decide(application=case, by=officer, now=clock.now())


def test_a_grade_of_care_without_its_reason_is_not_proposed() -> None:
    with pytest.raises(ReasonMissing):
        decided(case_of("care_certification_at_home", in_review=True), "care_3")


def test_the_officer_reads_what_the_reason_of_a_grade_must_name() -> None:
    case = case_of("care_certification_at_home", in_review=True)

    page = signed_in_client(people(case)[0]).get(url_of("case_propose", case))

    assert "認定の有効期間と、介護認定審査会の意見" in text_of(page)


# --- time and correction --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "reason", "due", "after"),
    [
        # 14 June is a Sunday; the thirty days of the law do not rest, the fourteen of the city do
        (WHOLE[0], "phone_missing", date(2026, 6, 15), date(2026, 6, 15)),
        (WHOLE[1], "phone_missing", date(2026, 5, 29), date(2026, 6, 2)),
    ],
)
def test_a_correction_stops_only_the_citys_own_clock(
    set_clock: SetClock, name: str, reason: str, due: date, after: date
) -> None:
    filing = sample(name)
    visitor = Visitor()
    visitor.file(filing["procedure"], offer(CARE if name.startswith(CARE) else DISASTER), filing["answers"])
    case = Application.objects.get()
    officer, _ = people(case)
    assert case.due_on == due
    actions.take(application=case, by=officer, now=clock.now())
    actions.return_for_correction(
        application=case,
        items=[Item("question", "applicant_phone", reason, "")],
        answer_by_on=date(2026, 5, 29),
        message="",
        by=officer,
        now=clock.now(),
    )
    set_clock(DAY + timedelta(days=4))

    actions.answer_correction(
        application=case, values={"applicant_phone": "0196514111"}, files={}, now=clock.now()
    )

    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
    assert case.due_on == after
    assert case.answers["applicant_phone"] == "0196514111"
