"""The galleries and the scripts in Chromium: axe finds nothing, nothing needs pushing sideways, scripts only help."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Dialog, FilePayload, Page, Route, expect

from madoguchi.common import pages
from madoguchi.common.middleware import POLICY

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATIC = Path(__file__).resolve().parents[1] / "static"
HOME = "http://madoguchi.test"
FORM = """{% extends "common/page.html" %}{% import "common/components.html" as c %}
{% block title %}x{% endblock %}
{% block main %}<h1>x</h1>{% call c.form(csrf_input, action="/sent/", multipart=true, guard=guard) %}
{{ c.textarea("why", "理由", counter=5) }}
{{ c.file_input("file", "写真", max_bytes=1000, max_files=2) }}
{{ c.text_input("a.postal", "郵便番号", attrs={"data-postal": "a"}) }}
{{ c.text_input("a.prefecture", "都道府県") }}{{ c.text_input("a.city", "市区町村") }}{{ c.text_input("a.town", "町名") }}
{{ c.text_input("bank", "銀行名", attrs={"data-suggest": "/japan/banks.json", "data-suggest-code": "bank-code"}) }}
{{ c.text_input("bank.code", "銀行コード") }}
{{ c.button("送る", name="act", value="go") }}{% endcall %}{% endblock %}"""


def rendered(template: str, display: str = "normal", **context: Any) -> str:
    """A page as the product would answer, in Japanese, to a signed-in officer."""
    request = RequestFactory().get("/design/")
    request.COOKIES["madoguchi_display"] = display
    request.staff = SimpleNamespace(display_name="佐藤 太郎")  # type: ignore[attr-defined]
    with translation.override("ja"):
        if template.startswith("{%"):
            return str(engines["jinja2"].from_string(template).render(context, request))
        return pages.render(request, f"common/{template}", context).content.decode()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Shows HTML under the product's own content policy; a fault of a script or of the policy fails the test."""
    faults: list[str] = []
    contexts = []

    def show(html: str, answers: dict[str, Any] | None = None, **options: Any) -> Page:
        def answer(route: Route) -> None:
            path = route.request.url.removeprefix(HOME)
            if path.startswith("/static/"):
                file = STATIC / path.removeprefix("/static/")
                route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0] or "")
            elif path.split("?")[0] in (answers or {}):
                route.fulfill(
                    body=json.dumps((answers or {})[path.split("?")[0]]), content_type="application/json"
                )
            else:
                route.fulfill(
                    body=html,
                    content_type="text/html; charset=utf-8",
                    headers={"Content-Security-Policy": POLICY},
                )

        context = browser.new_context(
            **{"locale": "ja-JP", "viewport": {"width": 1280, "height": 800}, **options}
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: (
                faults.append(said.text) if "Refused" in said.text or "Policy" in said.text else None
            ),
        )
        page.route("**/*", answer)
        page.goto(HOME + "/design/")
        return page

    yield show
    for context in contexts:
        context.close()
    assert faults == []


def sideways(page: Page) -> int:
    """How many pixels of the page lie beyond the edge of the window."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("display", ["normal", "large-contrast"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    "template", ["gallery.html", "gallery_desk.html", "404.html", "try_again.html", "500.html"]
)
def test_axe_finds_nothing_and_nothing_needs_pushing_sideways(
    open_page: Open, template: str, width: int, display: str
) -> None:
    html = rendered(
        template,
        display,
        action="/x/",
        fields=[("a", "b")],
        had_files=True,
        staff_departments="子ども青少年課",
    )

    page = open_page(html, viewport={"width": width, "height": 800})

    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    assert sideways(page) <= 0


def test_the_open_menu_for_letters_and_colors_stays_inside_the_window(open_page: Open) -> None:
    for width in (320, 700, 1280):
        page = open_page(rendered("404.html"), viewport={"width": width, "height": 800})

        page.click(".display summary")

        box = page.locator(".display-body").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_everything_a_resident_presses_is_at_least_44_pixels_high(open_page: Open) -> None:
    page = open_page(
        rendered("gallery.html"), viewport={"width": 320, "height": 800}, java_script_enabled=True
    )

    small = page.evaluate(
        """() => [...document.querySelectorAll(`.button, .tool, .site-nav a, .site-footer li a, .pagination a, .tabs a, .chip,
                  .task a, .summary-change a, .back-link, select, input:not([type=hidden], [type=radio], [type=checkbox]), .choice`)]
           .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
           .map((e) => e.outerHTML.slice(0, 80))"""
    )

    assert small == []


def test_the_summary_of_errors_has_the_focus_even_without_scripts(open_page: Open) -> None:
    page = open_page(rendered("404.html", problems=[("#search", "入力してください")]))

    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.click(".error-summary a")
    assert page.evaluate("document.activeElement.id") == "search"


def test_a_form_is_sent_once_however_often_the_button_is_pressed(open_page: Open) -> None:
    page = open_page(rendered(FORM, guard=False))
    sent: list[str] = []

    def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=204)  # the browser stays where it is, as while it waits for an answer

    page.route("**/sent/", take)
    press = "() => document.querySelector('button[name=act]').click()"
    page.evaluate(press)
    page.evaluate(press)
    expect(page.locator("main .sending")).to_have_text("送信しています。しばらくお待ちください。")
    page.evaluate(press)
    page.wait_for_timeout(100)
    assert len(sent) == 1
    assert 'name="act"' in sent[0]

    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(page.locator("main .sending")).to_be_empty()
    page.evaluate(press)
    page.wait_for_timeout(100)
    assert len(sent) == 2


def test_a_button_wakes_again_when_no_answer_comes(open_page: Open) -> None:
    page = open_page(rendered(FORM, guard=False))
    page.route("**/sent/", lambda route: route.fulfill(status=204))
    page.clock.install()

    page.evaluate("() => document.querySelector('button[name=act]').click()")
    expect(page.locator("button[name=act]")).to_have_attribute("aria-disabled", "true")
    page.clock.fast_forward(20_000)

    expect(page.locator("button[name=act]")).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("main .sending")).to_be_empty()


@pytest.mark.parametrize("guard", [True, False])
def test_what_was_typed_is_guarded_only_where_the_page_asks_for_it(open_page: Open, guard: bool) -> None:
    page = open_page(rendered(FORM, guard=guard))
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.locator("#why").press_sequentially("x")
    page.goto(HOME + "/elsewhere/")

    assert asked == (["beforeunload"] if guard else [])


def test_the_counter_counts_characters_and_not_code_units(open_page: Open) -> None:
    page = open_page(rendered(FORM, guard=False))

    page.fill("#why", "𠮷野家𠮷")
    expect(page.locator("#why-count")).to_have_text("あと1文字入力できます")
    page.fill("#why", "𠮷野家𠮷です")
    expect(page.locator("#why-count")).to_have_text("1文字多いです")


def test_a_file_that_is_too_big_is_refused_at_once_and_the_good_one_is_kept(open_page: Open) -> None:
    page = open_page(rendered(FORM, guard=False))

    files: list[FilePayload] = [
        {"name": "大.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 1001},
        {"name": "小.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 900},
    ]

    page.set_input_files("#file", files)

    assert "「大.jpg」は大きすぎます" in page.locator(".file-field [role=alert]").inner_text()
    assert page.locator(".chosen").inner_text() == "小.jpg（1 KB）"
    assert page.evaluate("document.getElementById('file').files.length") == 1


def test_a_postal_code_fills_what_is_empty_and_leaves_what_was_typed(open_page: Open) -> None:
    places = {"places": [{"prefecture": "岩手県", "city": "盛岡市", "city_code": "032018", "town": "内丸"}]}
    page = open_page(rendered(FORM, guard=False), {"/japan/postal/0200023.json": places})

    page.fill("#a-city", "自分で書いた市")
    page.fill("#a-postal", "０２０-００２３")
    expect(page.locator("#a-town")).to_have_value("内丸")

    assert page.input_value("#a-prefecture") == "岩手県"
    assert page.input_value("#a-city") == "自分で書いた市"


def test_choosing_a_suggested_bank_fills_its_code(open_page: Open) -> None:
    choices = {"choices": [{"value": "岩手銀行", "label": "イワテ", "code": "0123"}]}
    page = open_page(rendered(FORM, guard=False), {"/japan/banks.json": choices})

    page.fill("#bank", "いわて")
    page.wait_for_selector("#bank-list option", state="attached")
    page.fill("#bank", "岩手銀行")

    assert page.input_value("#bank-code") == "0123"


def test_a_look_up_that_fails_disturbs_nobody(open_page: Open) -> None:
    page = open_page(rendered(FORM, guard=False))

    page.fill("#a-postal", "0200023")
    page.fill("#bank", "いわて")
    page.wait_for_timeout(400)

    assert page.input_value("#a-prefecture") == ""


def test_keys_walk_the_rows_and_can_be_switched_off_for_good(open_page: Open) -> None:
    page = open_page(rendered("gallery_desk.html"))
    focused = "document.activeElement.textContent"

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate(focused) == "NPQR-STUV-WXYZ"
    page.keyboard.press("k")
    assert page.evaluate(focused) == "ABCD-EFGH-JKLM"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("jk?")
    assert page.input_value("input[type=search]") == "jk?"

    page.click("[data-keys-help]")
    page.uncheck("#keys-on")
    page.click("#keys .button")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_without_scripts_nothing_is_missing_and_no_dead_button_shows(open_page: Open) -> None:
    page = open_page(rendered("gallery_desk.html"), java_script_enabled=False)

    assert page.locator("[data-keys-help]").is_hidden()
    assert page.locator("#keys").is_hidden()
    page.click(".display summary")
    assert page.locator("button[name=display]").first.is_visible()
