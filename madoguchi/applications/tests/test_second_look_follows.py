"""What a second decision (再調査) means to what looks at decisions: hand-over, durations, what is read afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from madoguchi.applications import actions as case_actions
from madoguchi.applications import durations, handover_jobs, handover_reading
from madoguchi.applications.actions import disasters
from madoguchi.applications.actions import handover as actions
from madoguchi.applications.errors import ChangedMeanwhile
from madoguchi.applications.models import Application, Decision, Handover
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import text_of, url_of
from madoguchi.applications.tests.factories import department_of, somebody
from madoguchi.applications.tests.stepping import all_done, damage_case, holder_of
from madoguchi.common import clock
from madoguchi.common.files.configured import configured
from madoguchi.identity.models import Staff
from madoguchi.organization.tests.factories import signed_in_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

FIRST, SECOND = "half_destruction", "medium_half_destruction"
State = Handover.State


@pytest.fixture
def case() -> Application:
    return damage_case()


def people_of(case: Application) -> tuple[Staff, Staff]:
    department = department_of(case.procedure_version)
    return somebody("approver", department), somebody("head", department)


def decided(case: Application, grade: str, *, by: Staff | None = None, absence: str = "") -> None:
    all_done(case, grade)
    case_actions.propose(application=case, kind=grade, reason="", by=holder_of(case), now=clock.now())
    approver = by or people_of(case)[0]
    case_actions.decide(application=case, by=approver, now=clock.now(), absence=absence)


def looked_at_again(case: Application) -> None:
    given: dict[str, Any] = {"reason": "2階の傾きを見ていない。", "channel": "counter"}
    by, now = holder_of(case), clock.now()
    disasters.look_again(application=case, asked_on=clock.today(), by=by, now=now, **given)


def twice_decided(case: Application, set_clock: SetClock) -> Handover:
    """A case in the line with its first decision, decided again a month later."""
    decided(case, FIRST)
    actions.queue(application=case, now=clock.now())
    set_clock(NOW + timedelta(days=30))
    looked_at_again(case)
    decided(case, SECOND)
    return Handover.objects.get(application=case)


def made(case: Application, settings: Any, tmp_path: Any) -> None:
    """Let an officer take what waits, and the worker write it."""
    settings.FILES_URL = f"file://{tmp_path / 'files'}"
    configured()
    (batch,) = actions.make_batches(
        procedure_id=case.procedure_id,
        department_code=case.department_code,
        by=holder_of(case),
        now=clock.now(),
    )
    handover_jobs.make_handover({"batch": str(batch.id)})


def test_what_was_sent_with_the_first_decision_goes_again_with_the_second(
    case: Application, set_clock: SetClock, settings: Any, tmp_path: Any
) -> None:
    decided(case, FIRST)
    actions.queue(application=case, now=clock.now())
    made(case, settings, tmp_path)
    sent = Handover.objects.get()
    assert sent.state == State.SENT
    set_clock(NOW + timedelta(days=30))
    looked_at_again(case)
    decided(case, SECOND)

    set_clock(NOW + timedelta(days=30, minutes=1))
    for _again in range(2):
        actions.queue(application=case, now=clock.now())

    again = Handover.objects.get()
    assert (again.id, again.state, again.batch, again.sent_at) == (sent.id, State.WAITING, None, None)
    assert again.version == sent.version + 1
    made(case, settings, tmp_path)
    assert Handover.objects.get().state == State.SENT


def test_the_line_of_a_case_says_the_decision_that_counts(case: Application, set_clock: SetClock) -> None:
    handover = twice_decided(case, set_clock)
    second = Decision.objects.get(kind=SECOND)

    line = handover_reading.read_one(handover)

    assert (line.values["交付年月日"], line.values["被害の程度"]) == ("2026-12-23", "中規模半壊")
    assert actions._decision(handover) == second


def test_while_a_file_is_written_the_second_decision_waits_for_it(
    case: Application, set_clock: SetClock
) -> None:
    handover = twice_decided(case, set_clock)
    actions.make_batches(
        procedure_id=case.procedure_id,
        department_code=case.department_code,
        by=holder_of(case),
        now=clock.now(),
    )

    with pytest.raises(ChangedMeanwhile):
        actions.queue(application=case, now=clock.now())

    handover.refresh_from_db()
    assert handover.state == State.MAKING


def test_the_time_to_a_second_decision_is_not_how_long_a_case_takes(
    case: Application, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durations, "FEWEST_CASES", 1)
    decided(case, FIRST)
    durations.count(now=clock.now())
    assert durations.usual_days(case.procedure_id) is not None

    set_clock(NOW + timedelta(days=30))
    looked_at_again(case)
    decided(case, SECOND)

    durations.count(now=clock.now())
    assert durations.usual_days(case.procedure_id) is None


def test_each_decision_of_a_substitute_is_read_afterwards(case: Application, set_clock: SetClock) -> None:
    approver, head = people_of(case)
    Decision.objects.all().delete()
    decided(case, FIRST, by=approver)
    first = Decision.objects.get()
    Decision.objects.filter(id=first.id).update(
        decided_as="substitute", absence="出張", substitute_role="approver"
    )
    first.refresh_from_db()
    case_actions.read_later(application=case, decision=first, by=head, now=clock.now())
    set_clock(NOW + timedelta(days=30))
    looked_at_again(case)
    decided(case, SECOND, by=approver)
    second = Decision.objects.get(kind=SECOND)
    Decision.objects.filter(id=second.id).update(
        decided_as="substitute", absence="休暇", substitute_role="approver"
    )

    page = signed_in_client(head).get(url_of("approvals_read_later", case))

    assert str(second.document_number) in text_of(page)
