"""A procedure that was closed (受付終了) while residents filled it in: refused in words, and nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.applications import handlers
from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.desks import open_desk
from madoguchi.applications.tests.factories import DraftFactory
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common import clock
from madoguchi.notices.models import Message
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.procedures import actions as procedures
from madoguchi.procedures.models import Procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PROCEDURE = "residence-certificate"


def filled_in() -> tuple[Visitor, Page]:
    """The check page of a filing of 髙橋 太郎."""
    definition = small(section("main", asked("name")))
    DepartmentFactory(
        code=definition.department, name="市民登録課", phone="019-626-7500", hours="平日 9時〜17時"
    )
    visitor = Visitor()
    return visitor, visitor.send(visitor.start(PROCEDURE), {"q.name": "髙橋 太郎"})


def close() -> None:
    procedures.close(procedure_id=PROCEDURE, by="staff:x", now=clock.now())


def test_sending_after_closing_is_refused_with_the_day_whom_to_ask_and_how_long_it_is_kept():
    visitor, check = filled_in()
    close()

    page = visitor.send(check)

    assert page.status == 409
    for words in (
        "受付は終わりました",
        "この手続のオンラインでの受付は、2026年11月23日（令和8年）に終わりました。",
        "市には届いていません。",
        "担当の窓口にご相談ください。",
        "市民登録課",
        "019-626-7500",
        "平日 9時〜17時",
        "2026年12月23日（令和8年）まで保存しています。",
    ):
        assert words in page.text
    assert not Application.objects.exists()
    assert check.path in page.links


def test_what_was_typed_is_still_shown_and_nothing_more_is_asked_or_sent():
    visitor, check = filled_in()
    close()

    for path in (check.path, check.path.removesuffix("check/")):
        page = visitor.open(path)
        assert page.status == 200
        assert "受付は終わりました" in page.text
        assert not page.has_form
    shown = visitor.open(check.path)
    assert "髙橋 太郎" in shown.text
    assert "変更する" not in shown.text
    assert Draft.objects.get().answers == {"name": "髙橋 太郎"}


def test_a_filing_that_is_not_finished_is_not_called_to_be_finished():
    small(section("main", asked("name"), asked("kana")))
    visitor = Visitor()
    page = visitor.start(PROCEDURE)
    close()

    shown = visitor.open(page.path.replace("s/main/", "check/"))

    assert "まだ入力が終わっていない" not in shown.text


def test_opened_again_it_is_sent_as_it_was(set_clock: SetClock):
    visitor, check = filled_in()
    close()
    visitor.send(check)
    set_clock(NOW + timedelta(days=1))
    procedures.reopen(procedure_id=PROCEDURE, by="staff:x", now=clock.now())

    receipt = visitor.send(visitor.open(check.path))

    assert receipt.path.startswith("/filing/r/")
    assert Application.objects.get().answers == {"name": "髙橋 太郎"}


def test_where_nobody_noted_the_day_the_page_names_none():
    visitor, check = filled_in()
    Procedure.objects.update(is_open=False)

    page = visitor.send(check)

    assert "この手続のオンラインでの受付は、終わりました。" in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Online filing of this procedure ended on 23 November 2026."), ("ja-easy", "2026年11月23日に終わりました")],
)  # fmt: skip
def test_it_is_said_in_the_language_of_the_reader(language: str, words: str):
    visitor, check = filled_in()
    close()
    visitor.client.cookies["madoguchi_language"] = language

    assert words in visitor.send(check).text


def test_staff_enter_what_came_on_paper_for_a_closed_procedure():
    desk = open_desk()
    procedure_id = Procedure.objects.get().id
    procedures.close(procedure_id=procedure_id, by="staff:x", now=clock.now())
    browser = desk.browser("officer")

    page = browser.get("/desk/new/").content.decode()
    answer = browser.post(
        "/desk/new/", {"procedure": procedure_id, "channel": "paper", "received_on": "2026-11-20"}
    )

    assert "（オンラインの受付は終了）" in page
    assert answer.status_code == 302


def test_nobody_is_mailed_to_go_on_with_a_closed_procedure():
    open_desk()
    draft = DraftFactory(email="a@example.jp", expires_at=clock.now() + timedelta(hours=20))
    procedures.close(procedure_id=draft.procedure_id, by="staff:x", now=clock.now())

    handlers.look_after_drafts({})

    assert not Message.objects.exists()
