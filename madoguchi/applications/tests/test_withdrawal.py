"""Taking an application back (取下げ): with a reason, until somebody has proposed a decision."""

from __future__ import annotations

import pytest

from madoguchi.applications import actions
from madoguchi.applications.errors import NotAllowed, ReasonMissing
from madoguchi.applications.models import Application, Status
from madoguchi.applications.tests.conftest import NOW
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.applications.tests.returned import looking_at, officer_of
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.audit.models import AuditEntry
from madoguchi.common.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]


def asking(application: Application) -> tuple[Visitor, Page]:
    """The page that asks for the reason."""
    visitor, page = looking_at(application)
    return visitor, visitor.open(next(link for link in page.links if link.endswith("/withdraw/")))


@pytest.mark.parametrize("trait", [{}, {"in_review": True}, {"returned": True}])
def test_an_application_is_taken_back_with_a_reason(trait):
    application = ApplicationFactory(**trait)
    visitor, page = asking(application)

    page = visitor.send(page, {"reason": " 二重に申請していた "})

    assert page.path == f"/status/{application.id}/"
    assert "取り下げました" in page.text
    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert application.closed_at == NOW
    assert application.events.get(kind="withdraw").detail["reason"] == "二重に申請していた"
    assert not application.corrections.filter(answered_at=None).exists()
    assert AuditEntry.objects.filter(act="withdraw").count() == 1
    assert Job.objects.filter(kind="applications.tell_withdrawal").count() == 1


@pytest.mark.parametrize("reason", ["", "  \n ", "　"])
def test_without_a_reason_the_page_asks_for_one(reason):
    application = ApplicationFactory()
    visitor, page = asking(application)

    page = visitor.send(page, {"reason": reason})

    assert page.status == 422
    assert {"error-summary", "reason-error"} <= page.ids
    application.refresh_from_db()
    assert application.status == Status.FILED


def test_a_reason_that_is_too_long_comes_back_whole():
    visitor, page = asking(ApplicationFactory())
    reason = "あ" * 10_000

    page = visitor.send(page, {"reason": reason})

    assert page.status == 422
    assert page.form().value("reason") == reason
    assert "1000文字まで" in page.text


@pytest.mark.parametrize("trait", [{"proposed": True}, {"closed": True}, {"withdrawn": True}])
def test_after_a_proposal_it_cannot_be_taken_back(trait):
    application = ApplicationFactory(**trait)
    visitor, page = looking_at(application)
    assert not any(link.endswith("/withdraw/") for link in page.links)

    with pytest.raises(NotAllowed):
        actions.withdraw(application=application, reason="やめます", now=NOW)
    assert visitor.open(f"/status/{application.id}/withdraw/").path == page.path


def test_taking_back_twice_does_it_once():
    application = ApplicationFactory()
    visitor, page = asking(application)
    visitor.send(page, {"reason": "やめます"})

    again = visitor.send(page, {"reason": "やめます"})

    assert again.path == f"/status/{application.id}/"
    assert application.events.filter(kind="withdraw").count() == 1


def test_a_proposal_made_meanwhile_is_not_overtaken():
    application = ApplicationFactory(in_review=True)
    visitor, page = asking(application)
    actions.propose(application=application, kind="certified", reason="", by=officer_of(application), now=NOW)

    page = visitor.send(page, {"reason": "やめます"})

    assert "決定の手続" in page.text
    application.refresh_from_db()
    assert application.status == Status.PROPOSED


def test_a_withdrawal_met_by_a_note_at_the_desk_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch):
    application = ApplicationFactory(in_review=True)
    officer = officer_of(application)
    visitor, page = asking(application)
    original = actions.withdraw
    met: list[bool] = []

    def met_by_the_desk(**arguments: object) -> None:
        if not met:
            met.append(True)
            actions.hand_over(application=Application.objects.get(), to=None, by=officer, now=NOW)
        original(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "withdraw", met_by_the_desk)
    visitor.send(page, {"reason": "やめます"})

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN


def test_a_reason_is_needed_by_the_action_too():
    with pytest.raises(ReasonMissing):
        actions.withdraw(application=ApplicationFactory(), reason=" ", now=NOW)
