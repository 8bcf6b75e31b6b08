"""Stopping and going on: code and secret, on the same device or another; sessions that ended; safety tokens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from madoguchi.applications.models import Application, Draft
from madoguchi.applications.tests.conftest import NOW, SetClock
from madoguchi.applications.tests.factories import DraftFactory
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor, same_browser
from madoguchi.common.ids import grouped, secret_digest
from madoguchi.notices import actions as notices
from madoguchi.notices import hiding
from madoguchi.notices.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_clock")]

PROCEDURE = "residence-certificate"
SECRET = re.compile(r"合言葉 ([2-9A-Z]{4}-[2-9A-Z]{4})")


def begun() -> tuple[Visitor, Page]:
    """A visitor who has answered the first of two pages."""
    small(
        section("main", asked("name")),
        section("second", asked("town"), asked("note", "long_text", required=False)),
    )
    visitor = Visitor()
    return visitor, visitor.send(visitor.start(PROCEDURE), {"q.name": "盛岡 太郎"})


def kept(visitor: Visitor, email: str = "") -> Page:
    """The page that shows code and secret once."""
    draft = Draft.objects.get()
    return visitor.send(visitor.open(f"/filing/d/{draft.id}/keep/"), {"email": email})


def secret_on(page: Page) -> str:
    """The secret as it stands on the page."""
    found = SECRET.search(page.text)
    assert found
    return found[1]


def resumed(visitor: Visitor, code: str, secret: str) -> Page:
    return visitor.send(visitor.open("/filing/resume/"), {"code": code, "secret": secret})


# --- keeping -------------------------------------------------------------------------------------------------


def test_code_and_secret_are_shown_once_and_only_the_digest_is_stored():
    visitor, _page = begun()

    page = kept(visitor)

    draft = Draft.objects.get()
    secret = secret_on(page)
    assert grouped(draft.resume_code) in page.text
    assert draft.secret_digest == secret_digest(secret.replace("-", ""))
    assert secret not in visitor.open(f"/filing/d/{draft.id}/keep/").text
    assert not Message.objects.exists()


def test_keeping_again_makes_a_new_secret_and_the_old_one_stops():
    visitor, _page = begun()
    old, new = secret_on(kept(visitor)), secret_on(kept(visitor))
    code = Draft.objects.get().resume_code

    assert resumed(Visitor(), code, old).status == 422
    assert resumed(Visitor(), code, new).path.startswith("/filing/d/")


def test_loading_the_page_with_the_secret_again_leaves_the_printed_one_as_it_is():
    visitor, _page = begun()
    page = kept(visitor, "taro@example.jp")

    again = visitor.open(page.path)

    assert page.path.endswith("/keep/?kept=1")
    assert secret_on(again) == secret_on(page)
    assert Message.objects.count() == 1
    assert resumed(Visitor(), Draft.objects.get().resume_code, secret_on(page)).status == 200


def test_after_ten_minutes_the_secret_is_shown_no_more_and_gone_from_the_browser(set_clock: SetClock):
    visitor, _page = begun()
    page = kept(visitor)
    secret = secret_on(page)
    assert secret.replace("-", "") not in str(visitor.client.session.items())
    set_clock(NOW + timedelta(minutes=10))

    again = visitor.open(page.path)

    assert secret not in again.text
    assert "前にお渡しした合言葉は、使えなくなります" in again.text
    assert "kept" not in visitor.client.session
    assert resumed(Visitor(), Draft.objects.get().resume_code, secret).status == 200


def test_the_secret_of_one_draft_is_not_shown_with_another_nor_after_a_newer_one():
    visitor, _page = begun()
    mine = Draft.objects.get()
    page = kept(visitor)
    other = DraftFactory(procedure_version=mine.procedure_version)
    session = visitor.client.session
    session["drafts"] = [mine.id.hex, other.id.hex]
    session.save()
    visitor.client.cookies["madoguchi_session"] = session.session_key or ""

    assert secret_on(visitor.open(page.path)) == secret_on(page)
    assert "合言葉 " not in visitor.open(f"/filing/d/{other.id}/keep/?kept=1").text
    Draft.objects.filter(id=mine.id).update(secret_digest=secret_digest("AAAAAAAA"))
    assert secret_on(page) not in visitor.open(page.path).text


def test_no_secret_is_made_that_could_not_be_mailed(monkeypatch):
    visitor, _page = begun()
    version = Draft.objects.get().version

    def fails(*_args, **_fields):
        raise OSError

    monkeypatch.setattr(notices, "send", fails)
    with pytest.raises(OSError):
        kept(visitor, "taro@example.jp")

    draft = Draft.objects.get()
    assert (draft.secret_digest, draft.version) == ("", version)


def test_code_and_secret_are_mailed_without_any_answer():
    visitor, _page = begun()

    page = kept(visitor, "taro@example.jp")

    message = Message.objects.get()
    assert message.to_address == "taro@example.jp"
    assert secret_on(page) in hiding.shown(message.body)
    assert secret_on(page) not in message.body
    assert grouped(Draft.objects.get().resume_code) in message.body
    assert "太郎" not in message.subject + message.body
    assert Draft.objects.get().email == "taro@example.jp"


def test_an_address_that_cannot_be_mailed_is_asked_again():
    visitor, _page = begun()

    for address in ("taro", "taro@", "ta ro@example.jp", "a" * 300 + "@example.jp"):
        page = kept(visitor, address)
        assert page.status == 422, address
        assert page.form().value("email") == address
    assert Draft.objects.get().secret_digest == ""


def test_an_old_address_of_a_carrier_is_taken():
    visitor, _page = begun()

    page = kept(visitor, "taro..morioka.@docomo.ne.jp")

    assert page.status == 200
    assert Message.objects.get().to_address == "taro..morioka.@docomo.ne.jp"


@pytest.mark.slow
def test_the_sheet_to_print_holds_code_and_secret():
    visitor, _page = begun()
    page = kept(visitor)

    sheet = visitor.send(page, form=page.form("/sheet/"))

    assert sheet.response.headers["Content-Type"] == "application/pdf"
    assert "太郎" not in sheet.response.headers["Content-Disposition"]
    assert sheet.response.content.startswith(b"%PDF")


def test_a_sheet_with_another_secret_is_not_made():
    visitor, _page = begun()
    page = kept(visitor)

    sheet = visitor.send(page, {"secret": "AAAAAAAA"}, form=page.form("/sheet/"))

    assert sheet.path.endswith("/keep/")


# --- going on ------------------------------------------------------------------------------------------------


def test_another_device_goes_on_with_code_and_secret_however_they_are_typed():
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = grouped(Draft.objects.get().resume_code)
    wide = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})

    page = resumed(Visitor(), f" {code.lower()} ", secret.translate(wide))

    assert page.path == f"/filing/d/{Draft.objects.get().id}/"
    assert "これから" in page.text


def test_a_wrong_code_and_a_wrong_secret_get_the_same_answer():
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    stranger = Visitor()

    answers = {resumed(stranger, c, s).text for c, s in ((code, "AAAAAAAA"), (code, ""))}
    assert len(answers) == 1
    for wrong in ("7KQF2MXD93PA", "", "x" * 5000, code[:-1]):
        page = resumed(stranger, wrong, secret)
        assert page.status == 422
        assert "番号か合言葉が違うか、期限が切れています" in page.text
    assert stranger.open(f"/filing/d/{Draft.objects.get().id}/").status == 403


def test_a_draft_that_was_never_kept_does_not_open_with_an_empty_secret():
    begun()

    page = resumed(Visitor(), Draft.objects.get().resume_code, "")

    assert page.status == 422


def test_an_expired_draft_does_not_open(set_clock: SetClock, settings):
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    draft = Draft.objects.get()
    set_clock(NOW + timedelta(days=settings.DRAFT_DAYS, seconds=1))

    assert resumed(Visitor(), draft.resume_code, secret).status == 422


def test_a_draft_whose_time_is_over_opens_nowhere_even_before_it_is_forgotten(set_clock: SetClock, settings):
    visitor, page = begun()
    draft = Draft.objects.get()
    set_clock(NOW + timedelta(days=settings.DRAFT_DAYS))
    assert "住民票の写し" not in visitor.open("/filing/resume/").text

    opened = visitor.open(page.path)

    assert opened.status == 410
    assert "太郎" not in opened.html
    assert visitor.send(page, {"q.town": "滝沢"}).status in (403, 410)
    assert Draft.objects.get().version == draft.version


def test_guessing_is_stopped(settings):
    settings.ATTEMPT_LIMITS = True
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    guesser = Visitor(REMOTE_ADDR="192.0.2.7")
    for _ in range(10):
        assert resumed(guesser, code, "AAAAAAAA").status == 422

    assert resumed(guesser, code, secret).status == 429
    assert resumed(Visitor(REMOTE_ADDR="192.0.2.8"), code, secret).status == 200


def test_the_page_to_go_on_lists_what_this_browser_holds_and_forgets_it_when_told():
    visitor, _page = begun()
    page = kept(visitor)
    assert "住民票の写しの交付申請" in visitor.open("/filing/resume/").text

    visitor.send(page, form=page.form("/leave/"))

    assert "この端末で入力の途中の申請" not in visitor.open("/filing/resume/").text
    assert visitor.open(f"/filing/d/{Draft.objects.get().id}/").status == 403
    assert Draft.objects.count() == 1


def test_a_draft_is_thrown_away_only_after_asking():
    visitor, _page = begun()
    draft = Draft.objects.get()
    page = visitor.open(f"/filing/d/{draft.id}/discard/")
    assert Draft.objects.exists()

    visitor.send(page)

    assert not Draft.objects.exists()
    assert visitor.open(f"/filing/d/{draft.id}/").status == 403


def test_a_save_near_the_end_lets_this_device_hold_the_draft_for_as_long_as_it_is_kept(
    set_clock: SetClock, settings
):
    visitor, page = begun()
    almost = NOW + timedelta(days=settings.DRAFT_DAYS - 1)
    set_clock(almost)
    del visitor.client.cookies["madoguchi_session"]["max-age"]
    visitor.send(page, {"q.note": "まだ"})

    cookie = visitor.client.cookies["madoguchi_session"]
    assert cookie["max-age"] == settings.SESSION_COOKIE_AGE >= (settings.DRAFT_DAYS + 1) * 24 * 60 * 60
    lasts_until = almost + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    assert lasts_until > Draft.objects.get().expires_at == almost + timedelta(days=settings.DRAFT_DAYS)


def test_saves_of_one_day_renew_the_cookie_once():
    visitor, page = begun()
    del visitor.client.cookies["madoguchi_session"]["max-age"]

    visitor.send(page, {"q.note": "もう一度"})

    assert "max-age" not in visitor.client.cookies["madoguchi_session"]


# --- sessions and tokens that ended -----------------------------------------------------------------------------


def test_what_was_typed_after_the_session_ended_comes_back_after_the_code():
    visitor, page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    del visitor.client.cookies["madoguchi_session"]

    asking = visitor.send(page, {"q.town": "滝沢", "q.note": "1行目\n2行目 <b>"})
    assert asking.status == 403
    assert "太郎" not in asking.text
    wrong = visitor.send(asking, {"code": code, "secret": "AAAAAAAA"})
    assert wrong.status == 422
    again = visitor.send(wrong, {"code": code, "secret": secret})
    assert "先ほど入力した内容" in again.text
    following = visitor.send(again)

    assert following.path.endswith("/check/")
    assert Draft.objects.get().answers["town"] == "滝沢"
    assert Draft.objects.get().answers["note"].splitlines() == ["1行目", "2行目 <b>"]


def test_somebody_without_the_draft_sees_nothing_of_it():
    _owner, page = begun()
    draft = Draft.objects.get()
    stranger = Visitor()
    base = f"/filing/d/{draft.id}/"

    for path in ("", "s/main/", "s/second/", "check/", "keep/", "discard/"):
        seen = stranger.open(base + path)
        assert seen.status == 403
        assert "太郎" not in seen.html
    sent = stranger.post(page.path, [*stranger.open(base).form().fields, ("q.town", "滝沢")])

    assert sent.status == 403
    assert Draft.objects.get().answers == {"name": "盛岡 太郎"}
    assert Draft.objects.get().version == draft.version


def test_the_code_page_never_sends_fields_to_another_draft_or_site():
    visitor, _page = begun()
    secret = secret_on(kept(visitor))
    code = Draft.objects.get().resume_code
    stranger = Visitor()
    token = stranger.open("/filing/resume/").form().fields[0]

    for then in ("https://evil.example/", "//evil.example/", "/filing/d/other/s/main/", "/desk/"):
        page = stranger.post(
            "/filing/resume/",
            [token, ("code", code), ("secret", secret), ("then", then), ("keep.q.town", "滝沢")],
        )
        assert page.path == f"/filing/d/{Draft.objects.get().id}/"
        assert "evil" not in page.html


def test_a_page_whose_token_has_expired_is_sent_again_with_everything_typed():
    visitor, page = begun()
    page.form().fields = [
        (name, "x" * 64 if name == "csrfmiddlewaretoken" else value) for name, value in page.form().fields
    ]

    again = visitor.send(page, {"q.town": "滝沢", "q.note": "急ぎ"})
    assert again.status == 403
    assert "まだ送信されていません" in again.text
    assert Draft.objects.get().answers == {"name": "盛岡 太郎"}
    following = visitor.send(again)

    assert following.path.endswith("/check/")
    assert Draft.objects.get().answers["town"] == "滝沢"


def test_sending_the_filing_with_an_expired_token_files_after_one_more_press():
    visitor, page = begun()
    check = visitor.send(page, {"q.town": "滝沢"})
    visitor.client.cookies["madoguchi_csrf"] = "y" * 32

    again = visitor.send(check)
    assert not Application.objects.exists()
    receipt = visitor.send(again)

    assert receipt.path.startswith("/filing/r/")


def test_a_draft_that_is_gone_says_so():
    visitor, page = begun()
    Draft.objects.all().delete()

    gone = visitor.open(page.path)

    assert gone.status == 410
    assert "見つかりません" in gone.text


def test_two_devices_hold_the_same_draft_and_both_save():
    visitor, page = begun()
    secret = secret_on(kept(visitor))
    other = Visitor()
    overview = resumed(other, Draft.objects.get().resume_code, secret)
    main = other.open(next(link for link in overview.links if link.endswith("/s/main/")))
    assert main.form().value("q.name") == "盛岡 太郎"

    other.send(main, {"q.name": "盛岡 次郎"})
    same_browser(visitor).send(page, {"q.town": "滝沢"})

    assert Draft.objects.get().answers == {"name": "盛岡 次郎", "town": "滝沢"}


# --- which address hears of the filing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("in_the_form", "told"), [("hanako@example.jp", "hanako@example.jp"), ("", "taro@example.jp")]
)
def test_the_address_given_in_the_form_beats_the_one_given_to_resume_by(in_the_form: str, told: str):
    mail = asked("mail", "email", required=False, prefill={"from": "applicant.email"})
    small(section("main", asked("name"), mail))
    visitor = Visitor()
    page = visitor.start(PROCEDURE)
    kept(visitor, "taro@example.jp")
    check = visitor.send(page, {"q.name": "太郎", "q.mail": in_the_form})

    visitor.send(check)

    assert Application.objects.get().email == told
