"""The day of an officer, an approver and a head with the keyboard alone; each screen is looked at, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.pages import Claim, Look, Name, Ticket, tab_to
from tests.conftest import NewPage

pytestmark = pytest.mark.browser

Seen = Callable[[Page, str], None]
FAMILY = Name("及川", "小雪", "オイカワ", "コユキ")
BIRTHDAY = "請求する方の生年月日"
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)
CODE = re.compile(r"\d{6}")
FOCUSED = "(element) => element === document.activeElement"


class Hands:
    """Two hands on a keyboard: every method presses keys and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.locator("main")
        self.keys = page.keyboard

    def to(self, control: Locator) -> None:
        """Go to a control with Tab, unless the focus is there."""
        if not control.evaluate(FOCUSED):
            tab_to(self.page, control, most=300)

    def press(
        self, name: str | re.Pattern[str], *, role: str = "button", within: Locator | None = None
    ) -> None:
        """Press a button or follow a link; the page it leads to is then shown."""
        exact = isinstance(name, str)
        root = within or self.main
        found = root.get_by_role("link" if role == "link" else "button", name=name, exact=exact)
        self.to(found.first)
        self.enter()

    def follow(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Follow a link."""
        self.press(name, role="link", within=within)

    def enter(self) -> None:
        """Enter, on whatever has the focus, leads to a page."""
        with self.page.expect_navigation():
            self.keys.press("Enter")

    def unfold(self, title: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Open what is folded under a title."""
        self.to((within or self.main).locator("summary", has_text=title).first)
        self.keys.press("Enter")

    def write(self, label: str | re.Pattern[str], text: str) -> None:
        """Type into the field of this label."""
        self.to(self.main.get_by_role("textbox", name=label).first)
        self.keys.insert_text(text)

    def tick(self, label: str | re.Pattern[str]) -> None:
        """Mark a box."""
        box = self.main.get_by_role("checkbox", name=label, exact=isinstance(label, str)).first
        self.to(box)
        self.keys.press("Space")
        expect(box).to_be_checked()

    def select(self, label: str | re.Pattern[str], option: str) -> None:
        """Go down a list of choices to the one that begins so."""
        field = self.main.get_by_role("combobox", name=label).first
        self.to(field)
        self._down(lambda: field.evaluate("(e) => e.selectedOptions[0].text").startswith(option))

    def choose(self, legend: str, option: str) -> None:
        """Go down the circles under a legend to the one that says so."""
        group = self.main.get_by_role("radiogroup", name=legend)
        wanted = group.get_by_role("radio", name=option, exact=True)
        self.to(group.locator("input:checked").or_(group.get_by_role("radio").first).first)
        self.keys.press("Space")
        self._down(wanted.is_checked)

    def _down(self, arrived: Callable[[], bool]) -> None:
        for _ in range(60):
            if arrived():
                return
            self.keys.press("ArrowDown")
        raise AssertionError("60 times down do not reach the choice")

    def menu(self, place: str) -> None:
        """A place of the menu."""
        self.follow(place, within=self.page.locator(".desk-nav"))

    def sign_in(self, login: str) -> None:
        """Name, password, and the code that the demo shows."""
        self.page.goto("/desk/")  # what is typed into the address bar in the morning
        password = self.main.locator("code").first.inner_text()
        self.write("ログイン名", login)
        self.to(self.main.locator("#password"))
        self.keys.type(password)
        self.enter()
        shown = self.page.locator("#demo-code")
        while not CODE.search(
            shown.inner_text()
        ):  # used a moment ago; the next one comes within half a minute
            self.page.wait_for_timeout(2000)
            self.page.reload()
        code = CODE.search(shown.inner_text())
        assert code
        self.write("確認コード", code.group())
        self.enter()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("受付一覧")

    def sign_out(self) -> None:
        """The end of the day."""
        self.press("サインアウト", within=self.page.locator(".desk-header"))

    def told(self, text: str) -> None:
        """What was done is told, and the focus stands there."""
        banner = self.main.locator(".banner", has_text=text).first
        expect(banner).to_be_focused()


@pytest.fixture
def seen(look: Look, fits: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Seen:
    """`seen(page, "case")`: axe finds nothing, and the same screen needs no pushing sideways at 320 px."""

    def closer(page: Page, name: str) -> None:
        look(page, name)
        page.set_viewport_size(NARROW)
        fits(page)
        picture(page, f"narrow/{name}")
        page.set_viewport_size(WIDE)

    return closer


def test_an_officer_an_approver_and_a_head_need_no_mouse(new_page: NewPage, seen: Seen) -> None:
    ticket = Claim(new_page(), parent=FAMILY).file()

    officer = Hands(new_page())
    officer.sign_in("officer")
    _finds_what_is_new(officer, ticket, seen)
    _works_on_it(officer, seen)
    _asks_back_and_enters_the_answer(officer, seen)
    _proposes(officer, seen)
    officer.sign_out()

    approver = Hands(new_page())
    approver.sign_in("approver")
    _decides(approver, ticket, seen)

    head = Hands(new_page())
    head.sign_in("head")
    _hands_over_and_undoes(head, seen)
    _changes_a_list_at_once_and_undoes(head, seen)
    _reads_the_figures(head, seen)


def _finds_what_is_new(hands: Hands, ticket: Ticket, seen: Seen) -> None:
    seen(hands.page, "officer-list")
    hands.select("動き", "未読")
    hands.press("絞り込む")
    seen(hands.page, "officer-list-unread")
    hands.follow("検索と絞り込みをすべて外す")
    hands.select("経路", "オンライン")
    hands.press("絞り込む")
    hands.keys.press("/")
    expect(hands.page.get_by_role("searchbox", name="検索")).to_be_focused()
    hands.keys.type(ticket.number)
    hands.enter()
    hands.keys.press("j")
    expect(hands.page.get_by_role("link", name=ticket.number)).to_be_focused()
    hands.enter()


def _works_on_it(hands: Hands, seen: Seen) -> None:
    seen(hands.page, "officer-case")
    hands.press("担当する")
    expect(hands.page.locator(".case-head")).to_contain_text("審査中")
    hands.told("担当")
    hands.write("メモ", "通帳の名義を確かめる。")
    hands.press("メモを保存する")
    expect(hands.page.locator(".notes")).to_contain_text("通帳の名義を確かめる。")
    seen(hands.page, "officer-case-mine")

    hands.follow("メッセージを送る・応対を記録する")
    hands.write("メッセージ", "書類を受け取りました。審査を始めます。")
    hands.press("送る")
    hands.told("送りました")
    seen(hands.page, "officer-messages")
    hands.follow(re.compile(r"^[0-9A-Z]{4}-"), within=hands.page.locator(".breadcrumb"))

    hands.follow("他課に意見を聞く")
    hands.tick("市民税課")
    hands.write("聞きたいこと", "所得の更正がないか、教えてください。")
    hands.tick("請求する方")
    seen(hands.page, "officer-ask-opinion")
    hands.press("照会する")
    expect(hands.main).to_contain_text("意見照会中（1件）")
    hands.press(re.compile("照会を取りやめる"))
    seen(hands.page, "officer-case-asked")
    hands.unfold("そのほかの操作")
    seen(hands.page, "officer-case-unfolded")


def _asks_back_and_enters_the_answer(hands: Hands, seen: Seen) -> None:
    head = hands.page.locator(".case-head")
    hands.follow("補正を依頼する")
    seen(hands.page, "officer-ask-back")
    hands.press("補正を依頼する")
    expect(hands.page.locator("#error-summary")).to_be_focused()
    hands.tick(re.compile(f"^{BIRTHDAY}"))
    hands.press("補正を依頼する")
    expect(hands.page.locator("#error-summary")).to_contain_text(f"「{BIRTHDAY}」を直してもらう理由")
    seen(hands.page, "officer-ask-back-without-reason")
    hands.select(re.compile(rf"{BIRTHDAY}：\s*理由"), "生年月日が登録と違う")
    hands.write(re.compile(rf"{BIRTHDAY}：\s*説明"), "日を確かめてください。")
    hands.press("補正を依頼する")
    hands.told("補正を依頼しました。")
    expect(head).to_contain_text("補正待ち")

    hands.follow("補正の回答を入力する")
    seen(hands.page, "officer-answer")
    hands.press("回答を登録する")
    expect(hands.page.locator("#error-summary")).to_be_focused()
    hands.choose("回答を受けた方法", "電話")
    hands.write("日", "13")
    hands.press("回答を登録する")
    hands.told("補正の回答を登録しました。")
    expect(head).to_contain_text("審査中")
    expect(hands.page.locator(".changed")).to_contain_text("1990年4月13日")
    seen(hands.page, "officer-case-answered")


def _proposes(hands: Hands, seen: Seen) -> None:
    hands.follow("起案する")
    hands.press("起案する")
    expect(hands.page.locator("#error-summary")).to_be_focused()
    hands.choose("決定の内容", "認定")
    seen(hands.page, "officer-propose")
    hands.press("起案する")
    expect(hands.page.locator(".case-head")).to_contain_text("決裁待ち")
    hands.told("起案しました。")
    hands.unfold("いまできない操作")
    expect(hands.main).to_contain_text("起案済みです。決裁を待っています。")
    seen(hands.page, "officer-case-proposed")


def _decides(hands: Hands, ticket: Ticket, seen: Seen) -> None:
    seen(hands.page, "approver-list")
    hands.menu("決裁・合議")
    seen(hands.page, "approver-approvals")
    row = hands.main.get_by_role("link", name=ticket.number)
    hands.keys.press("k")  # from the end: the newest proposal
    for _ in range(60):
        if row.evaluate(FOCUSED):
            break
        hands.keys.press("k")
    expect(row).to_be_focused()
    hands.enter()
    seen(hands.page, "approver-decide")
    hands.follow("申請の画面を開く")
    seen(hands.page, "approver-case")
    hands.follow("決裁する")
    hands.press("この内容で決裁する")
    hands.told("決裁しました。")
    expect(hands.main).to_contain_text("決定：認定")
    seen(hands.page, "approver-case-decided")


def _hands_over_and_undoes(hands: Hands, seen: Seen) -> None:
    seen(hands.page, "head-list")
    hands.follow("だれの申請かを見て、引き継ぐ")
    nobody = hands.main.get_by_role("row", name="担当者なし")
    before = nobody.inner_text()
    seen(hands.page, "head-holders")
    hands.follow("まとめて引き継ぐ", within=hands.main.get_by_role("navigation"))
    hands.select("いまの担当者", "（担当者なし）")
    hands.to(hands.main.get_by_role("checkbox").first)
    hands.keys.press("Space")
    hands.press("引継ぎの予定を見る")
    expect(hands.main.get_by_role("heading", name="この内容でよいか確かめてください")).to_be_focused()
    seen(hands.page, "head-hand-over-plan")
    hands.press(re.compile(r"^\d+件を引き継ぐ$"))
    _wait_until_handed_over(hands)
    seen(hands.page, "head-handed-over")
    hands.press("取り消す")
    _wait_until_handed_over(hands)
    hands.menu("担当")
    expect(nobody).to_have_text(re.compile(r"\s*".join(map(re.escape, before.split()))))


def _wait_until_handed_over(hands: Hands) -> None:
    done = hands.main.locator(".banner", has_text="件を引き継ぎました")
    _wait_for(hands, done, "いまの件数を見る")
    expect(done).to_be_focused()


def _wait_for(hands: Hands, wanted: Locator, again: str) -> None:
    """Work goes on behind the page; a link shows how far it is."""
    for _ in range(60):
        if wanted.count():
            return
        hands.page.wait_for_timeout(300)
        hands.follow(again)
    raise AssertionError(f"the work did not end: {wanted}")


def _changes_a_list_at_once_and_undoes(hands: Hands, seen: Seen) -> None:
    hands.menu("受付一覧")
    states = hands.main.get_by_role("navigation", name="状態")
    nobody = states.get_by_role("link", name="担当者なし")
    before = nobody.inner_text()
    hands.follow(re.compile("担当者なし"), within=states)
    hands.follow("この一覧をまとめて処理する")
    seen(hands.page, "head-bulk-new")
    hands.choose("行うこと", "自分が担当する")
    hands.press("確認する（まだ変更しません）")
    newest = "最新の状態を見る"
    start = re.compile(r"^\d+件を実行する$")
    _wait_for(hands, hands.main.get_by_role("button", name=start), newest)
    seen(hands.page, "head-bulk-checked")
    hands.press(start)
    undo = "この一括処理を取り消す"
    _wait_for(hands, hands.main.get_by_role("button", name=undo), newest)
    seen(hands.page, "head-bulk-done")
    hands.press(undo)
    _wait_for(hands, hands.main.locator("h1", has_text="取り消しました"), newest)
    seen(hands.page, "head-bulk-undone")
    hands.menu("受付一覧")
    expect(nobody).to_have_text(before)


def _reads_the_figures(hands: Hands, seen: Seen) -> None:
    menu = hands.page.locator(".desk-nav")
    hands.unfold("その他", within=menu)
    seen(hands.page, "head-menu-unfolded")
    figures = menu.get_by_role("link", name="集計")
    hands.to(figures)
    hands.keys.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(figures).to_be_hidden()
    hands.keys.press("Enter")
    hands.menu("集計")
    expect(menu.locator("summary")).to_have_text("その他：集計")
    seen(hands.page, "head-figures")
    hands.unfold("その他", within=menu)
    hands.menu("保存と廃棄")
    seen(hands.page, "head-retention")
