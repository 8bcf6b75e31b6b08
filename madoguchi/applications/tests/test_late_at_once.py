"""A document sent late, when the case or the document changed since the page was opened."""

from __future__ import annotations

import pytest

from madoguchi.applications.models import Application, Attachment
from madoguchi.applications.tests.offers import asked, section
from madoguchi.applications.tests.returned import filed, looking_at, send_back_to_resident
from madoguchi.common.files.tests.making import png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

TAKEN = "書類を受け取りました"
IN_VAIN = "いま送ったファイルは、受け取っていません"


def waiting(most: int = 2) -> Application:
    card = {"id": "card", "label": "本人確認書類", "required": True, "may_follow": True, "max_files": most}
    return filed({"name": "盛岡"}, section("main", asked("name")), documents=[card])


def kept(application: Application) -> list[str]:
    return list(Attachment.objects.filter(owner_id=application.id).values_list("name", flat=True))


def test_the_page_sent_twice_is_received_twice_even_when_the_first_filled_the_document():
    application = waiting(most=1)
    visitor, _secret = looking_at(application)
    page = visitor.open(f"/status/{application.id}/doc/card/")

    for _click in range(2):
        answer = visitor.send(page, files=[("file", "card.png", png())])
        assert answer.status == 200
        assert TAKEN in answer.text

    assert len(kept(application)) == 1


def test_more_files_than_there_is_room_for_are_refused_together():
    application = waiting(most=1)
    visitor, _secret = looking_at(application)
    stale = visitor.open(f"/status/{application.id}/doc/card/")
    visitor.send(stale, files=[("file", "card.png", png())])

    answer = visitor.send(stale, files=[("file", "other.png", png(130))])

    assert answer.status == 422
    told = "この書類は、これ以上送れません。いま選んだ1つのファイルは、受け取っていません。"
    assert answer.text.count(told) == 2  # on top, and where the field was
    assert "file" in answer.ids
    assert kept(application) == ["card.png"]


def test_where_only_some_have_room_nothing_is_taken_and_each_reason_is_told():
    application = waiting(most=2)
    visitor, _secret = looking_at(application)
    stale = visitor.open(f"/status/{application.id}/doc/card/")
    visitor.send(stale, files=[("file", "card.png", png())])

    sent = [("file", "a.png", png(130)), ("file", "空.png", b""), ("file", "b.png", png(140))]
    answer = visitor.send(stale, files=sent)

    assert answer.status == 422
    told = "あと1つまで送れます。いま選んだ3つのファイルは、受け取っていません。"
    assert answer.text.count(told) == answer.text.count("「空.png」：") == 2  # on top, and at the field
    assert kept(application) == ["card.png"]


def test_what_was_kept_of_a_partly_refused_sending_is_shown():
    application = waiting()
    visitor, _secret = looking_at(application)
    page = visitor.open(f"/status/{application.id}/doc/card/")

    answer = visitor.send(page, files=[("file", "good.png", png()), ("file", "空.png", b"")])

    assert answer.status == 422
    assert "good.png" in answer.text


def test_what_a_correction_asks_for_since_the_page_was_opened_is_not_taken_and_the_resident_told():
    application = waiting()
    visitor, _secret = looking_at(application)
    stale = visitor.open(f"/status/{application.id}/doc/card/")
    send_back_to_resident(application, "doc:card")

    answer = visitor.send(stale, files=[("file", "card.png", png())])

    assert IN_VAIN in answer.text
    assert TAKEN not in answer.text
    assert kept(application) == []


def test_what_is_sent_after_a_proposal_is_not_taken_and_the_resident_told():
    application = waiting()
    visitor, _secret = looking_at(application)
    stale = visitor.open(f"/status/{application.id}/doc/card/")
    Application.objects.filter(id=application.id).update(status="proposed")

    answer = visitor.send(stale, files=[("file", "card.png", png())])

    assert IN_VAIN in answer.text
    assert kept(application) == []
