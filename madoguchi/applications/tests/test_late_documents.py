"""Documents that may follow the filing: sent from the status page, as long as nothing was decided."""

from __future__ import annotations

import pytest

from madoguchi.applications import actions
from madoguchi.applications.desk_case import event_rows, events_of
from madoguchi.applications.errors import NotAllowed, UnknownChoice
from madoguchi.applications.models import Application, Attachment
from madoguchi.applications.tests.factories import ApplicationFactory
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, looking_at, send_back_to_resident
from madoguchi.applications.tests.visitor import Visitor
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.files.tests.making import jpeg, png
from madoguchi.procedures import queries as procedures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

CARD = {
    "id": "card",
    "label": "本人確認書類",
    "proves": "本人",
    "required": True,
    "may_follow": True,
    "max_files": 2,
}


def waiting() -> Application:
    return filed({"name": "盛岡"}, section("main", asked("name")), documents=[CARD])


def page_of(application: Application) -> str:
    return f"/status/{application.id}/doc/card/"


def test_a_document_is_sent_from_the_status_page_and_shown_as_received():
    application = waiting()
    visitor, status = looking_at(application)
    assert "まだ届いていません" in status.text

    page = visitor.open(page_of(application))
    after = visitor.send(page, files=[("file", "カード.jpg", jpeg())])

    assert after.path.startswith(f"/status/{application.id}/")
    assert "書類を受け取りました" in after.text
    assert "1件を受け取りました" in after.text
    assert Attachment.objects.get(owner_id=application.id).document_id == "card"


def test_the_desk_sees_what_came_and_the_audit_names_the_resident():
    application = waiting()
    visitor, _status = looking_at(application)

    visitor.send(visitor.open(page_of(application)), files=[("file", "card.png", png())])

    application.refresh_from_db()
    definition = procedures.definition_of(application.procedure_version_id)
    newest = event_rows(events_of(application), definition)[0]
    assert (newest.title, newest.text, newest.by_staff) == ("書類の提出", "本人確認書類", False)
    assert AuditEntry.objects.filter(act="send_document", actor="resident").count() == 1


def test_a_page_sent_twice_adds_one_file_and_one_event():
    application = waiting()
    visitor, _status = looking_at(application)
    page = visitor.open(page_of(application))

    for _click in range(2):
        visitor.send(page, files=[("file", "card.png", png())])

    assert Attachment.objects.filter(owner_id=application.id).count() == 1
    assert application.events.filter(kind="send_document").count() == 1


def test_a_file_that_is_refused_is_told_at_the_field_and_the_good_one_stays():
    application = waiting()
    visitor, _status = looking_at(application)

    files = [("file", "card.png", png()), ("file", "空.png", b"")]
    page = visitor.send(visitor.open(page_of(application)), files=files)

    assert page.status == 422
    assert "空.png" in page.text
    assert Attachment.objects.filter(owner_id=application.id).count() == 1


def test_sending_nothing_is_told():
    application = waiting()
    visitor, _status = looking_at(application)

    page = visitor.send(visitor.open(page_of(application)))

    assert page.status == 422
    assert "ファイルを選んでから、「送る」を押してください。" in page.text


def test_no_more_files_than_there_is_room_for():
    application = waiting()
    visitor, _status = looking_at(application)
    page = visitor.open(page_of(application))

    many = visitor.send(page, files=[("file", f"{n}.png", png(100 + n)) for n in range(3)])

    assert many.status == 422
    assert Attachment.objects.filter(owner_id=application.id).count() == 2
    assert "これ以上送れません" in visitor.open(page_of(application)).text


def test_what_an_open_correction_asks_for_is_answered_there():
    application = send_back_to_resident(waiting(), "doc:card")

    _visitor, status = looking_at(application)

    assert page_of(application) not in status.html
    assert f"/status/{application.id}/correction/" in status.html


@pytest.mark.parametrize("status", ["proposed", "closed", "withdrawn"])
def test_after_a_proposal_nothing_is_taken_any_more(status):
    application = ApplicationFactory(in_review=True)
    application.status = status

    with pytest.raises(NotAllowed):
        actions.send_document(application=application, document_id="identity", files=[], now=clock.now())


def test_a_document_that_is_not_called_for_is_refused():
    application = waiting()

    with pytest.raises(UnknownChoice):
        actions.send_document(application=application, document_id="other", files=[], now=clock.now())


def test_nobody_else_reaches_the_page():
    application = waiting()

    page = Visitor().open(page_of(application))

    assert page.path == "/status/?expired=1"
    assert "本人確認書類" not in page.text
