"""The pages as people meet them: found by their labels, filled in as a person would."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page
from pypdf import PdfReader

from madoguchi.common.files.tests.making import HEIC

Look = Callable[[Page, str], None]
NUMBER = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
SECRET = re.compile(r"(?<![0-9A-Z-])[0-9A-Z]{4}-[0-9A-Z]{4}(?![0-9A-Z-])")


@dataclass(frozen=True)
class Name:
    """A name as it is typed."""

    family: str
    given: str
    family_kana: str
    given_kana: str


@dataclass(frozen=True)
class Ticket:
    """What a receipt gives: it opens the status page."""

    number: str
    secret: str


def nothing(page: Page, name: str) -> None:
    """For journeys on which the way itself is looked at elsewhere."""


def press(control: Locator) -> None:
    """Press a button or a link; the page it leads to is then shown."""
    with control.page.expect_navigation():
        control.click()


class Form:
    """One page with questions."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.locator("main")

    def group(self, legend: str) -> Locator:
        """The questions under one legend."""
        return self.main.get_by_role("group", name=legend)

    def choose(self, legend: str, option: str) -> None:
        """Choose one of the options under a legend."""
        self.main.get_by_role("radiogroup", name=legend).get_by_role("radio", name=option, exact=True).check()

    def write(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        self.main.get_by_label(label).and_(self.main.locator("input, textarea")).fill(text)

    def name(self, legend: str, name: Name) -> None:
        """Type a name."""
        group = self.group(legend)
        group.get_by_label("氏", exact=True).fill(name.family)
        group.get_by_label("名", exact=True).fill(name.given)
        group.get_by_label("氏（フリガナ）", exact=True).fill(name.family_kana)
        group.get_by_label("名（フリガナ）", exact=True).fill(name.given_kana)

    def day(self, legend: str, era: str, year: int, month: int, day: int) -> None:
        """Type a day in the years of an era."""
        group = self.group(legend)
        group.get_by_label("年の書き方").select_option(era)
        for label, number in [("年", year), ("月", month), ("日", day)]:
            group.get_by_label(label, exact=True).fill(str(number))

    def press(self, button: str) -> None:
        """Press the button that says so; the page that answers is then shown."""
        press(self.main.get_by_role("button", name=button, exact=True))

    def follow(self, link: str | re.Pattern[str]) -> None:
        """Follow the link that says so."""
        exact = isinstance(link, str)
        press(self.main.get_by_role("link", name=link, exact=exact))

    def go_on(self) -> None:
        """次へ."""
        self.press("次へ")

    def errors(self) -> list[str]:
        """What the summary on top says is wrong."""
        return self.page.locator("#error-summary li").all_inner_texts()


def tab_to(page: Page, target: Locator, *, most: int = 80) -> None:
    """Reach a control with the Tab key alone, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{most} times Tab do not reach {target}")


PARENT = Name("盛岡", "花子", "モリオカ", "ハナコ")
CHILD = Name("盛岡", "一郎", "モリオカ", "イチロウ")


class Claim(Form):
    """児童手当の認定請求, topic by topic; each method fills one page in and goes on."""

    def __init__(self, page: Page, *, look: Look = nothing, parent: Name = PARENT, email: str = "") -> None:
        super().__init__(page)
        self.look = look
        self.parent = parent
        self.email = email

    def start(self) -> None:
        """From the page of the procedure to its first question."""
        self.page.goto("/procedures/child-allowance-claim/")
        self.press("オンラインで手続を始める")

    def filer(self) -> None:
        self.choose("手続をする方", "本人")
        self.go_on()

    def reason(self) -> None:
        self.choose("請求する理由は何ですか", "出生（第1子）")
        self.day("その理由が起きた日はいつですか", "令和", 8, 11, 12)
        self.go_on()

    def claimant(self) -> None:
        self.name("請求する方の氏名", self.parent)
        self.day("請求する方の生年月日", "平成", 2, 4, 12)
        self.choose("お子さんから見て、請求する方はだれですか", "母")
        self.go_on()

    def contact(self) -> None:
        self.write("日中に連絡がとれる電話番号", "０１９－６５１－４１１１")
        self.write("メールアドレス", self.email)
        self.go_on()

    def home(self) -> None:
        group = self.group("請求する方の住所")
        group.get_by_label("郵便番号").fill("020-0023")
        group.get_by_label("都道府県").select_option("岩手県")
        group.get_by_label("市区町村").fill("盛岡市")
        group.get_by_label("町名", exact=True).fill("内丸")
        group.get_by_label("番地").fill("12-2")
        self.choose("直近の1月1日に住んでいたのはどこですか", "今と同じ市")
        self.go_on()

    def work(self) -> None:
        self.choose("請求する方の仕事は何ですか", "会社員など")
        self.go_on()

    def spouse(self) -> None:
        self.choose("配偶者はいますか", "いいえ")
        self.go_on()

    def child(self, name: Name = CHILD, relationship: str = "長男") -> None:
        self.name("お子さんの氏名", name)
        self.day("お子さんの生年月日", "令和", 8, 11, 12)
        self.write("請求する方から見た続柄", relationship)
        self.choose("同居していますか", "同居")
        self.choose("お子さんの世話（監護）をしていますか", "はい")
        self.choose("お子さんとの生計の関係", "生計が同じ")
        self.go_on()

    def children(self) -> None:
        self.child()
        self.go_on()

    def pension(self) -> None:
        self.choose("請求する方が加入している年金", "厚生年金など")
        self.go_on()

    def older_children(self) -> None:
        self.choose("生活費を負担している兄姉等はいますか", "いいえ")
        self.go_on()

    def estimate(self) -> None:
        self.go_on()

    def account(self) -> None:
        self.choose("どの口座で受け取りますか", "公金受取口座を使う")
        self.go_on()

    def consent(self) -> None:
        for box in self.main.get_by_role("checkbox").all():
            box.check()
        self.go_on()

    def documents(self) -> None:
        """All papers later."""
        while "/doc/" in self.page.url:
            self.go_on()

    def send(self) -> Ticket:
        """Send what the check page shows; the receipt follows."""
        self.press("この内容で送る")
        return self.ticket()

    def ticket(self) -> Ticket:
        """Number and secret of the receipt."""
        self.page.wait_for_url("**/filing/r/**")
        return ticket_in(self.main.inner_text())

    def up_to(self, last: str, *, first: str = "filer") -> None:
        """All topics from the first one up to the last; the next page is then shown."""
        for topic in TOPICS[TOPICS.index(first) : TOPICS.index(last) + 1]:
            getattr(self, topic)()

    def file(self) -> Ticket:
        """The whole claim, from the page of the procedure to the receipt."""
        self.start()
        self.up_to("documents")
        return self.send()


TOPICS = [
    "filer",
    "reason",
    "claimant",
    "contact",
    "home",
    "work",
    "spouse",
    "children",
    "pension",
    "older_children",
    "estimate",
    "account",
    "consent",
    "documents",
]


def ticket_in(text: str) -> Ticket:
    """The number and the secret that a text tells."""
    number, secret = NUMBER.search(text), SECRET.search(text)
    assert number, f"no number in: {text}"
    assert secret, f"no secret in: {text}"
    return Ticket(number.group(), secret.group())


def open_status(page: Page, ticket: Ticket) -> None:
    """Look an application up by number and secret."""
    page.goto("/status/")
    form = Form(page)
    form.write("受付番号", ticket.number)
    form.write("合言葉", ticket.secret)
    form.press("状況を見る")
    page.wait_for_url(re.compile(r"/status/[0-9a-f-]{36}/$"))


def text_of_pdf(page: Page, link: str | re.Pattern[str]) -> str:
    """What the PDF behind a link says, without its blanks."""
    control = page.get_by_role("link", name=link)
    if control.get_attribute("target") == "_blank":
        content = page.request.get(str(control.get_attribute("href"))).body()
    else:
        with page.expect_download() as download:
            control.click()
        content = download.value.path().read_bytes()
    assert content.startswith(b"%PDF")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return re.sub(r"\s", "", text)


def photo(name: str = "menkyo.jpg") -> FilePayload:
    """A photograph straight from a telephone."""
    picture = Image.new("RGB", (640, 400), "#e8f0e0")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 620, 380), outline="#205020", width=4)
    draw.ellipse((60, 100, 220, 300), fill="#b08060")
    for line in range(5):
        draw.rectangle((260, 100 + 45 * line, 580, 118 + 45 * line), fill="#404040")
    content = io.BytesIO()
    picture.save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def heic(name: str = "IMG_0001.HEIC") -> FilePayload:
    """A photograph in the format of iPhones."""
    return {"name": name, "mimeType": "image/heic", "buffer": HEIC}


# --- the desk ------------------------------------------------------------------------------------------


def sign_in(page: Page, login: str, *, look: Look = nothing) -> None:
    """Sign in with password and one-time code, as the demo tells them."""
    page.goto("/desk/")
    form = Form(page)
    look(page, f"{login}-password")
    form.write("ログイン名", login)
    form.write("パスワード", page.locator("main code").first.inner_text())
    form.press("次へ")
    look(page, f"{login}-code")
    give_code(page)


def give_code(page: Page) -> None:
    """Type the one-time code that the demo shows."""
    form, shown = Form(page), page.locator("#demo-code")
    code = re.search(r"\d{6}", shown.inner_text())
    while code is None:  # the present code was used; the next one comes within half a minute
        page.wait_for_timeout(2000)
        page.reload()
        code = re.search(r"\d{6}", shown.inner_text())
    form.write("確認コード", code.group())
    form.press("サインイン")
    page.wait_for_url(re.compile(r"/(desk|desk/staff|plan/achievements)/$"))
