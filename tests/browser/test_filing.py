"""A resident on a small telephone without scripts: from a word that comes to mind to the receipt, and back out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import CHILD, Claim, Form, Look, Name, heic, open_status, photo, press, text_of_pdf

pytestmark = pytest.mark.browser

EMAIL = "telephone@example.jp"
PARENT = Name("髙橋", "花子", "タカハシ", "ハナコ")


def test_a_resident_files_from_a_small_telephone_without_scripts(
    plain_page: Page, look: Look, mail: Callable[[str, str], str]
) -> None:
    page = plain_page
    claim = Claim(page, parent=PARENT, email=EMAIL)

    _find_the_procedure(page, look)
    claim.press("オンラインで手続を始める")
    look(page, "filer")
    claim.filer()
    page.go_back()
    expect(claim.main.get_by_role("radio", name="本人", exact=True)).to_be_checked()
    page.go_forward()
    _answer_wrongly_first(claim, look)
    look(page, "claimant")
    claim.claimant()
    look(page, "contact")
    claim.contact()
    _let_the_postal_code_fill_in(claim, look)
    look(page, "work")
    claim.work()
    look(page, "spouse")
    claim.spouse()
    _tell_of_the_children(claim, look)
    look(page, "pension")
    claim.pension()
    look(page, "older-children")
    claim.older_children()
    look(page, "estimate")
    expect(page.locator("#q-counted_children")).to_contain_text("1人")
    claim.estimate()
    _name_the_bank(claim, look)
    look(page, "consent")
    claim.consent()
    _add_papers(claim, look)
    _check_and_mend(claim, look)
    ticket = claim.send()

    look(page, "receipt")
    expect(page.get_by_role("heading", level=1)).to_have_text("受け付けました")
    assert "髙橋花子" in text_of_pdf(page, "控え（PDF）を保存する")
    told = mail(EMAIL, "受け付け")
    assert ticket.number in told
    assert ticket.secret in told
    page.context.clear_cookies()
    _be_turned_away_from_the_status(page, look)
    open_status(page, ticket)
    look(page, "status")
    expect(page.locator(".lead")).to_contain_text("受け付けました")
    _send_a_document_later(page, look)
    _take_it_back(page, look)


def _find_the_procedure(page: Page, look: Look) -> None:
    page.goto("/")
    look(page, "home")
    page.get_by_role("searchbox", name="手続をさがす").fill("おばけやしき")
    press(page.get_by_role("button", name="検索"))
    expect(page.locator("main")).to_contain_text("あてはまる手続が見つかりませんでした")
    look(page, "nothing-found")
    page.get_by_role("searchbox", name="ことば").fill("こども手当")
    Form(page).press("さがす")
    look(page, "found")
    expect(
        page.get_by_text(re.compile(r"^\d+件の手続があります。$"))
    ).to_be_in_viewport()  # what was found, without scrolling
    Form(page).follow("児童手当の認定請求")
    look(page, "procedure")
    text = page.locator("main").inner_text()
    for told in [
        "15日以内に申請",
        "本人確認書類",
        "かかりません",
        "30日以内",
        "児童手当法",
        "019-",
        "8時30分",
    ]:
        assert told in text


def _answer_wrongly_first(claim: Claim, look: Look) -> None:
    page = claim.page
    look(page, "reason")
    claim.choose("請求する理由は何ですか", "転入")
    claim.day("その理由が起きた日はいつですか", "令和", 8, 13, 40)
    claim.go_on()

    look(page, "reason-wrong")
    assert page.title().startswith("エラー")
    [message] = claim.errors()
    claim.follow(message)
    when = claim.group("その理由が起きた日はいつですか")
    expect(when).to_contain_text(message)
    # The link leads to the field that is wrong.
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)").startswith("q-cause_date")
    expect(claim.main.get_by_role("radio", name="転入", exact=True)).to_be_checked()
    expect(when.get_by_label("月", exact=True)).to_have_value("13")
    expect(when.get_by_label("日", exact=True)).to_have_value("40")
    claim.reason()
    assert not page.title().startswith("エラー")
    assert "#" not in page.url  # else the next page with errors would open at a field, not at its summary


def _let_the_postal_code_fill_in(claim: Claim, look: Look) -> None:
    page = claim.page
    look(page, "home-address")
    address = claim.group("請求する方の住所")
    address.get_by_label("郵便番号").fill("０２０－００２３")
    press(address.get_by_role("button", name="住所を入れる"))
    look(page, "home-address-filled")
    expect(address.get_by_label("都道府県")).to_have_value("岩手県")
    expect(address.get_by_label("市区町村")).to_have_value("盛岡市")
    expect(address.get_by_label("町名", exact=True)).to_have_value("内丸")
    address.get_by_label("番地").fill("12-2")
    claim.choose("直近の1月1日に住んでいたのはどこですか", "ほかの市区町村")
    claim.go_on()
    # The answer opens a further question on the same page.
    look(page, "home-address-asked-further")
    claim.follow("追加した質問へ進む")
    expect(claim.main.get_by_label("その市区町村の名前")).to_be_in_viewport()
    claim.write("その市区町村の名前", "岩手県滝沢市")
    claim.go_on()


def _tell_of_the_children(claim: Claim, look: Look) -> None:
    page = claim.page
    look(page, "child")
    claim.child()
    look(page, "children")
    claim.press("お子さんを追加する")
    second = Name("盛岡", "次郎", "モリオカ", "ジロウ")
    claim.child(second, "次男")
    members = page.locator(".member")
    expect(members).to_have_count(2)
    row = members.nth(1)
    press(row.get_by_role("link", name="変更する"))
    claim.name("お子さんの氏名", Name("盛岡", "二郎", "モリオカ", "ジロウ"))
    claim.go_on()
    expect(row).to_contain_text("盛岡 二郎")
    look(page, "children-two")
    press(row.get_by_role("button", name="削除する"))
    expect(members).to_have_count(1)
    expect(members).to_contain_text(f"{CHILD.family} {CHILD.given}")
    claim.go_on()


def _name_the_bank(claim: Claim, look: Look) -> None:
    page = claim.page
    look(page, "account")
    claim.choose("どの口座で受け取りますか", "口座を指定する")
    claim.go_on()
    look(page, "account-asked-further")
    claim.choose("金融機関の種類", "銀行・信用金庫・農協など")
    claim.write("金融機関", "いわて")
    claim.write("支店", "本店")
    claim.write("口座番号", "１２３４５６７")
    claim.write("口座名義（カナ）", "ﾀｶﾊｼ ﾊﾅｺ")
    claim.go_on()
    look(page, "account-banks-offered")
    claim.choose("候補の金融機関", "岩手銀行")
    claim.go_on()


def _add_papers(claim: Claim, look: Look) -> None:
    page = claim.page
    look(page, "paper")
    files = page.locator("input[type=file]")
    claim.press("このファイルを送る")
    look(page, "paper-none-chosen")
    assert page.title().startswith("エラー")
    files.set_input_files(photo())
    claim.press("このファイルを送る")
    files.set_input_files(heic())
    claim.press("このファイルを送る")
    look(page, "paper-two")
    expect(page.locator(".files li")).to_have_count(2)
    press(page.get_by_role("button", name=re.compile(r"削除.*menkyo")))
    expect(page.locator(".files li")).to_have_count(1)
    expect(page.locator(".files li")).to_contain_text("IMG_0001")
    claim.go_on()
    claim.documents()


def _check_and_mend(claim: Claim, look: Look) -> None:
    page = claim.page
    look(page, "check")
    expect(
        page.locator(".summary-row", has_text="15日以内にあたる最後の日").get_by_role("link")
    ).to_have_count(0)
    claim.follow(re.compile("変更.*お子さんから見て"))
    claim.choose("お子さんから見て、請求する方はだれですか", "父")
    claim.go_on()
    expect(page).to_have_url(re.compile("/check/"))
    mended = page.locator(".summary-row", has_text="お子さんから見て")
    expect(mended.locator("dd").first).to_have_text("父")


def _be_turned_away_from_the_status(page: Page, look: Look) -> None:
    page.goto("/status/")
    look(page, "status-look-up")
    form = Form(page)
    form.write("受付番号", "7KQF-2MXD-93PA")
    form.write("合言葉", "AAAA-AAAA")
    form.press("状況を見る")
    look(page, "status-wrong-secret")
    assert page.title().startswith("エラー")
    assert form.errors()


def _send_a_document_later(page: Page, look: Look) -> None:
    form = Form(page)
    awaited = form.main.locator(".task", has_text="まだ届いていません").first
    label = awaited.get_by_role("link").inner_text()
    form.follow(label)
    look(page, "late-document")
    form.press("送る")
    look(page, "late-document-without-file")
    assert page.title().startswith("エラー")
    form.main.get_by_label("写真またはファイル").set_input_files(photo())
    form.press("送る")
    look(page, "late-document-received")
    expect(form.main.locator(".task", has_text=label)).to_contain_text("1件を受け取りました")


def _take_it_back(page: Page, look: Look) -> None:
    form = Form(page)
    form.follow("この申請を取り下げる")
    look(page, "withdraw")
    form.press("取り下げる")
    look(page, "withdraw-without-reason")
    assert page.title().startswith("エラー")
    form.write("取り下げる理由", "引っ越すことになったため")
    form.press("取り下げる")
    look(page, "withdrawn")
    expect(page.locator(".lead")).to_contain_text("取り下げ")
    expect(page.get_by_role("link", name="この申請を取り下げる")).to_have_count(0)
