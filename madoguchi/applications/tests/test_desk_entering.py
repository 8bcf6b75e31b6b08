"""Entering what came on paper, by telephone or at the counter."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from madoguchi.applications.models import Application, Attachment, CaseEvent, Draft
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.tests.desks import Desk, open_desk, text_of
from madoguchi.applications.tests.factories import DraftFactory, answers_of, offered
from madoguchi.applications.tests.offers import offer_source
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.common.ids import grouped
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.tests.factories import publish, source_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def begin(desk: Desk, who: str = "officer", **changes: str):
    sent = {
        "procedure": "child-allowance-claim",
        "channel": "telephone",
        "received_on": clock.today().isoformat(),
    } | changes
    return desk.browser(who).post("/desk/new/", sent)


@pytest.fixture
def draft(desk: Desk) -> Draft:
    begin(desk)
    return Draft.objects.get()


def send(desk: Desk, draft: Draft, *, who: Any = "officer", files: Any = None, **form: Any) -> Any:
    """Send the page of all questions as the browser does, with the version it was shown with."""
    draft.refresh_from_db()
    return desk.browser(who).post(
        f"/desk/new/{draft.id}/", {"version": str(draft.version)} | form | (files or {})
    )


HANAKO = {
    "q.filer": "self",
    "q.cause": "birth",
    "q.applicant_name.family": "髙橋",
    "q.applicant_name.given": "花子",
    "q.applicant_name.family_kana": "たかはし",
    "q.applicant_name.given_kana": "ﾊﾅｺ",
    "q.applicant_phone": "０１９-６５１-４１１１",
    "q.has_spouse": "yes",
}


def test_an_entry_begins_with_procedure_way_and_day(desk: Desk) -> None:
    day = clock.today() - timedelta(days=3)

    response = begin(desk, channel="paper", received_on=day.isoformat())

    draft = Draft.objects.get()
    assert response["Location"] == f"/desk/new/{draft.id}/"
    assert (draft.channel, draft.received_on, draft.entered_by) == ("paper", day, desk["officer"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"procedure": ""}, "手続を選んでください。"),
        ({"procedure": "residence-certificate"}, "手続を選んでください。"),
        ({"channel": ""}, "受け付けた方法を選んでください。"),
        ({"channel": "web"}, "受け付けた方法を選んでください。"),
        ({"received_on": ""}, "受け付けた日を"),
        ({"received_on": "2026-02-30"}, "受け付けた日を"),
        ({"received_on": "2999-01-01"}, "今日までの日にしてください。"),
        ({"received_on": "2001-01-01"}, "1年前までの日にしてください。"),
    ],
)
def test_an_entry_that_cannot_begin_says_why(desk: Desk, changes: dict[str, str], message: str) -> None:
    response = begin(desk, **changes)

    assert response.status_code == 422
    assert message in text_of(response)
    assert Draft.objects.count() == 0


def test_only_procedures_of_ones_own_department_are_offered(desk: Desk) -> None:
    offered()

    assert begin(desk, who="stranger").status_code == 422
    assert "入力できる手続がありません" in text_of(desk.browser("stranger").get("/desk/new/"))


def test_all_questions_stand_on_one_page_and_open_as_answers_come(desk: Desk, draft: Draft) -> None:
    before = text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/"))

    response = send(desk, draft, act="save:spouse", **HANAKO)
    after = text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/"))

    assert response["Location"] == f"/desk/new/{draft.id}/#part-spouse"
    for name in ("q.filer", "q.cause", "q.applicant_name.family", "q.account_choice", "q.consent_records"):
        assert f'name="{name}"' in before
    assert 'name="q.spouse_name.family"' not in before
    assert 'name="q.spouse_name.family"' in after
    draft.refresh_from_db()
    assert draft.answers["applicant_phone"] == "0196514111"
    assert draft.answers["applicant_name"]["given_kana"] == "ハナコ"


def test_children_are_added_named_apart_and_removed(desk: Desk, draft: Draft) -> None:
    send(desk, draft, act="add:children")
    send(desk, draft, act="add:children")
    send(
        desk,
        draft,
        act="save",
        **{
            "q.children.m1.child_relationship": "長男",
            "q.children.m2.child_relationship": "長女",
        },
    )
    draft.refresh_from_db()
    assert [m.get("child_relationship") for m in draft.answers["children"]] == ["長男", "長女"]

    send(desk, draft, act="remove:children/m1", **{"q.children.m2.child_relationship": "次女"})

    draft.refresh_from_db()
    assert [(m["_id"], m["child_relationship"]) for m in draft.answers["children"]] == [("m2", "次女")]


def test_no_more_children_are_added_than_the_definition_allows(desk: Desk, draft: Draft) -> None:
    for _ in range(16):
        send(desk, draft, act="add:children")

    draft.refresh_from_db()
    assert len(draft.answers["children"]) == 15
    assert "お子さんを追加する" not in text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/"))


def test_what_is_typed_wrongly_is_kept_shown_and_explained(desk: Desk, draft: Draft) -> None:
    send(
        desk,
        draft,
        act="save",
        **(HANAKO | {"q.applicant_phone": "12", "q.applicant_birth_date.year": "20x"}),
    )

    text = text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/"))

    assert 'value="12"' in text
    assert 'value="20x"' in text
    assert 'href="#q-applicant_phone"' in text
    draft.refresh_from_db()
    assert "applicant_phone" not in draft.answers
    assert draft.answers["applicant_name"]["family"] == "髙橋"  # the rest of the page is kept


def test_a_wrong_entry_that_is_mended_is_forgotten(desk: Desk, draft: Draft) -> None:
    send(desk, draft, act="save", **{"q.applicant_phone": "12"})
    send(desk, draft, act="save", **{"q.applicant_phone": "0196514111"})

    draft.refresh_from_db()
    assert draft.typed == {}
    assert draft.answers["applicant_phone"] == "0196514111"


def test_a_look_up_fills_the_address_and_keeps_the_rest(desk: Desk, draft: Draft) -> None:
    response = send(
        desk,
        draft,
        **{
            "q.applicant_address.postal_code": "020-8530",
            "q.applicant_phone": "0196514111",
            "lookup.applicant_address": "1",
        },
    )
    text = text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/"))

    assert response["Location"].endswith("#part-home")
    assert "盛岡市" in text
    draft.refresh_from_db()
    assert draft.answers["applicant_phone"] == "0196514111"


def picture(name: str = "免許証.png") -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "PNG")
    return SimpleUploadedFile(name, target.getvalue(), "image/png")


@pytest.mark.slow
def test_papers_are_sent_with_who_entered_them_and_taken_out_again(desk: Desk, draft: Draft) -> None:
    send(desk, draft, act="save:documents", files={"doc.identity": picture()})

    file = Attachment.objects.get()
    assert (file.owner_id, file.document_id, file.added_by) == (draft.id, "identity", desk["officer"].actor)

    send(desk, draft, remove=f"doc/{file.id}")
    assert Attachment.objects.count() == 0


@pytest.mark.slow
def test_a_file_that_cannot_be_taken_is_told_at_its_field_and_the_answers_are_kept(
    desk: Desk, draft: Draft
) -> None:
    empty = SimpleUploadedFile("写真.jpg", b"", "image/jpeg")

    response = send(desk, draft, act="save", files={"doc.identity": empty}, **HANAKO)

    assert response.status_code == 422
    assert 'href="#doc-identity"' in text_of(response)
    draft.refresh_from_db()
    assert draft.answers["cause"] == "birth"


def test_a_change_from_another_screen_is_not_overwritten_and_nothing_typed_is_lost(
    desk: Desk, draft: Draft
) -> None:
    old = str(draft.version)
    send(desk, draft, who="second", act="save", **(HANAKO | {"q.applicant_phone": "0199999999"}))

    response = desk.browser("officer").post(
        f"/desk/new/{draft.id}/", {"version": old, "act": "save"} | HANAKO
    )

    assert response.status_code == 409
    assert "ほかの画面で変わりました" in text_of(response)
    assert "０１９-６５１-４１１１" in text_of(response)
    draft.refresh_from_db()
    assert draft.answers["applicant_phone"] == "0199999999"


def test_what_is_missing_is_listed_before_receiving(desk: Desk, draft: Draft) -> None:
    send(desk, draft, act="check", **(HANAKO | {"q.applicant_email": "x"}))

    text = text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/check/"))

    assert "足りないまま受け付ける" in text
    assert "読み取れないため、登録されない入力" in text
    assert "「請求する方の生年月日」を入力してください。" in text
    assert f"/desk/new/{draft.id}/#q-applicant_birth_date" in text
    assert "請求する方の本人確認書類" in text


def receive(desk: Desk, draft: Draft, who: str = "officer"):
    draft.refresh_from_db()
    return desk.browser(who).post(
        f"/desk/new/{draft.id}/check/", {"version": str(draft.version)}, follow=True
    )


def test_an_incomplete_filing_is_received_all_the_same_with_number_and_secret(
    desk: Desk, draft: Draft
) -> None:
    send(desk, draft, act="check", **HANAKO)

    text = text_of(receive(desk, draft))

    case = Application.objects.get()
    assert grouped(case.receipt_number) in text
    assert grouped(receipt_secret(case.id)) not in text  # shown once the officer says to whom it is handed
    assert (case.channel, case.entered_by, case.applicant_name) == ("telephone", desk["officer"], "髙橋 花子")
    event = CaseEvent.objects.get()
    assert event.detail == {"channel": "telephone", "incomplete": True}
    assert Draft.objects.count() == 0


def test_a_complete_filing_is_received_as_of_the_day_it_came(desk: Desk) -> None:
    day = clock.today() - timedelta(days=10)
    draft = DraftFactory(
        entered=True, entered_by=desk["officer"], received_on=day, answers=answers_of(received_on=day)
    )

    receive(desk, draft)

    case = Application.objects.get()
    assert case.received_on == day
    assert case.due_on is not None
    assert day + timedelta(days=30) <= case.due_on <= day + timedelta(days=40)


def test_a_filing_by_somebody_without_the_right_is_received_and_the_case_says_so(desk: Desk) -> None:
    draft = DraftFactory(
        entered=True, entered_by=desk["officer"], answers=answers_of() | {"occupation": "public_servant"}
    )

    receive(desk, draft)

    case = Application.objects.get()
    text = text_of(desk.browser("officer").get(f"/desk/case/{case.id}/"))
    assert "申請できない条件に当てはまります" in text


def test_two_clicks_receive_once(desk: Desk, draft: Draft) -> None:
    first, second = (
        receive(desk, draft),
        desk.browser("officer").post(f"/desk/new/{draft.id}/check/", {"version": str(draft.version)}),
    )

    assert first.status_code == 200
    assert second["Location"] == f"/desk/case/{draft.id}/"
    assert Application.objects.count() == 1


def test_an_entry_that_changed_after_the_check_page_is_not_received(desk: Desk, draft: Draft) -> None:
    old = str(draft.version)
    send(desk, draft, who="second", act="save", **HANAKO)

    response = desk.browser("officer").post(f"/desk/new/{draft.id}/check/", {"version": old})

    assert response.status_code == 409
    assert Application.objects.count() == 0


def test_unfinished_entries_are_listed_for_the_department_and_the_list_is_recorded(
    desk: Desk, draft: Draft
) -> None:
    send(desk, draft, act="save", **HANAKO)

    text = text_of(desk.browser("second").get("/desk/new/"))

    assert "髙橋 花子" in text
    assert "立花 和也" in text
    assert AuditEntry.objects.filter(subject="list:entries", actor=desk["second"].actor).count() == 1


def test_every_look_at_an_entry_is_recorded(desk: Desk, draft: Draft) -> None:
    desk.browser("officer").get(f"/desk/new/{draft.id}/")
    desk.browser("stranger").get(f"/desk/new/{draft.id}/")

    acts = AuditEntry.objects.filter(subject=f"draft:{draft.id}").order_by("at", "id")
    assert list(acts.values_list("act", flat=True)) == ["read", "read_denied"]


def test_an_entry_is_discarded_after_asking(desk: Desk, draft: Draft) -> None:
    address = f"/desk/new/{draft.id}/discard/"

    assert "元に戻せません" in text_of(desk.browser("officer").get(address))
    desk.browser("officer").post(address)

    assert Draft.objects.count() == 0
    assert AuditEntry.objects.filter(subject=f"draft:{draft.id}", act="discard").exists()


def test_tampered_fields_change_nothing_that_is_not_asked(desk: Desk, draft: Draft) -> None:
    send(
        desk,
        draft,
        act="remove:children/m9",
        **{
            "q.counted_children": "99",
            "q.spouse_name.family": "別人",
            "q.children.m1.child_relationship": "長男",
            "q.no_such": "x",
        },
    )

    draft.refresh_from_db()
    assert draft.answers.keys() <= {"children"}
    assert not draft.answers.get("children")


def test_a_broken_name_of_a_file_to_remove_is_not_found(desk: Desk, draft: Draft) -> None:
    assert send(desk, draft, remove="doc/xyz").status_code == 404


def test_an_entry_is_carried_to_a_new_version_when_it_is_opened_and_says_what_to_confirm(
    desk: Desk, draft: Draft
) -> None:
    send(desk, draft, act="save", **HANAKO)
    changed = source_of("child_allowance_claim").replace("id: left_public_service", "id: left_public_office")
    definition = offer_source(changed)

    text = text_of(desk.browser("officer").get(f"/desk/new/{draft.id}/"))

    draft.refresh_from_db()
    assert procedures.definition_of(draft.procedure_version_id) is definition
    assert "次の項目を確かめてください：請求する理由は何ですか" in text
    assert draft.answers["applicant_phone"] == "0196514111"


@pytest.mark.slow
def test_a_published_procedure_is_entered_received_and_opened(desk: Desk) -> None:
    """The whole way with a definition that went through the checks of publishing."""
    publish("child_allowance_claim")
    begin(desk, channel="counter")
    draft = Draft.objects.get()
    send(desk, draft, act="add:children", **HANAKO)
    send(
        desk,
        draft,
        act="check",
        **HANAKO,
        **{
            "q.children.m1.child_name.family": "髙橋",
            "q.children.m1.child_name.given": "一郎",
            "q.children.m1.child_name.family_kana": "タカハシ",
            "q.children.m1.child_name.given_kana": "イチロウ",
        },
    )

    receive(desk, draft)

    case = Application.objects.get()
    text = text_of(desk.browser("officer").get(f"/desk/case/{case.id}/"))
    assert "髙橋 一郎" in text
    assert "窓口" in text
