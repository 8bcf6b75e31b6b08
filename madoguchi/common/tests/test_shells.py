"""The shells, the fault pages and the weight and contrast of the look."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import RequestFactory, override_settings
from django.utils import translation

from madoguchi.common import desk_menu, jinja2env, pages

STATIC = Path(__file__).resolve().parents[1] / "static" / "common"
FAULTS = ("400", "403", "404", "405", "409", "413", "429")


@pytest.fixture(autouse=True)
def japanese() -> Any:
    with translation.override("ja"):
        yield


def asked(path: str = "/procedures/?q=%E5%A9%9A", **cookies: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.COOKIES.update(cookies)
    return request


def shown(template: str, request: HttpRequest | None = None, **context: Any) -> str:
    return pages.render(request or asked(), f"common/{template}", context).content.decode()


def title_of(html: str) -> str:
    found = re.search(r"<title>(.*?)</title>", html, re.S)
    assert found
    return found[1]


def test_a_page_with_faulty_answers_says_so_first_in_its_title_and_first_in_its_text() -> None:
    html = shown("404.html", problems=[("#q-a", "氏名を入力してください")])

    assert title_of(html).startswith("エラー: ")
    assert html.index('href="#q-a"') < html.index("<h1>")


def test_a_page_without_faults_has_its_own_words_first_in_its_title() -> None:
    assert title_of(shown("404.html", problems=[])) == "ページが見つかりません | 盛岡市 オンライン窓口"


def test_the_language_chosen_is_marked_and_the_way_back_is_the_page_itself() -> None:
    with translation.override("ja-easy"):
        html = shown("404.html")

    assert '<html lang="ja">' in html
    assert re.search(r'value="ja-easy" lang="ja" aria-current="true"', html)
    assert '<input type="hidden" name="next" value="/procedures/?q=%E5%A9%9A">' in html


def test_each_display_button_changes_one_thing_and_keeps_the_other() -> None:
    html = shown("404.html", asked(madoguchi_display="large"))

    assert 'data-size="large"' in html
    assert "data-colors" not in html
    values = re.findall(r'name="display" value="([a-z-]+)"( aria-current="true")?', html)
    assert values == [
        ("normal", ""),
        ("large", ' aria-current="true"'),
        ("large", ' aria-current="true"'),
        ("large-contrast", ""),
    ]


@pytest.mark.parametrize("word", [*jinja2env.DISPLAYS])
def test_a_display_setting_can_be_read_back(word: str) -> None:
    assert str(jinja2env.read_display(word)) == word


def test_an_unknown_display_setting_counts_as_normal() -> None:
    assert jinja2env.read_display('large"><script>') == jinja2env.Display()


@pytest.mark.parametrize("demo", [True, False])
def test_only_the_demo_says_that_it_is_one_and_hides_from_search_engines(demo: bool) -> None:
    with override_settings(DEMO=demo):
        html = shown("404.html")

    assert ("これは架空の市民データによるデモです" in html) is demo
    assert ('name="robots" content="noindex"' in html) is demo


def test_the_desk_names_who_is_signed_in_and_offers_to_sign_out() -> None:
    request = asked("/desk/")
    request.staff = SimpleNamespace(display_name="佐藤 太郎")  # type: ignore[attr-defined]

    html = shown("gallery_desk.html", request, staff_departments="子ども青少年課")

    assert "佐藤 太郎" in html
    assert "子ども青少年課" in html
    assert 'method="post" action="/desk/sign-out/"' in html
    assert 'href="/desk/" aria-current="page"' in html


@pytest.mark.parametrize(
    ("roles", "offered"),
    [
        (
            {"officer"},
            [
                "/desk/",
                "/desk/approvals/",
                "/desk/new/",
                "/desk/opinions/",
                "/desk/steps/",
                "/desk/holders/",
                "/desk/slots/",
                "/desk/fees/",
                "/desk/handover/",
                "/desk/figures/",
                "/plan/achievements/",
                "/desk/retention/",
                "/studio/blocks/",
                "/studio/inventory/",
            ],
        ),
        (
            {"office"},
            [
                "/plan/achievements/",
                "/plan/office/",
                "/desk/retention/",
                "/studio/blocks/",
                "/studio/inventory/",
            ],
        ),
        (
            {"approver"},
            [
                "/desk/",
                "/desk/approvals/",
                "/desk/opinions/",
                "/desk/steps/",
                "/desk/slots/",
                "/desk/fees/",
                "/desk/handover/",
                "/desk/figures/",
                "/desk/retention/",
            ],
        ),
        ({"administrator"}, ["/desk/staff/", "/desk/departments/", "/desk/jobs/"]),
        (
            {"head", "administrator"},
            [
                "/desk/",
                "/desk/approvals/",
                "/desk/new/",
                "/desk/opinions/",
                "/desk/steps/",
                "/desk/holders/",
                "/desk/slots/",
                "/desk/fees/",
                "/desk/handover/",
                "/desk/figures/",
                "/plan/achievements/",
                "/desk/retention/",
                "/studio/blocks/",
                "/studio/inventory/",
                "/desk/staff/",
                "/desk/departments/",
                "/desk/jobs/",
            ],
        ),
    ],
)
def test_the_menu_of_the_desk_offers_what_the_roles_may_open(roles: set[str], offered: list[str]) -> None:
    request = asked("/desk/")
    request.staff = SimpleNamespace(display_name="佐藤 太郎")  # type: ignore[attr-defined]
    request.staff_roles = frozenset(roles)  # type: ignore[attr-defined]

    menu = shown("gallery_desk.html", request).split('class="desk-nav"')[1].split("</nav>")[0]

    assert re.findall(r'href="([^"]+)"', menu) == offered


@pytest.mark.parametrize(
    ("roles", "folded"),
    [
        (
            {"officer"},
            [
                "/desk/slots/",
                "/desk/fees/",
                "/desk/handover/",
                "/desk/figures/",
                "/plan/achievements/",
                "/desk/retention/",
                "/studio/blocks/",
                "/studio/inventory/",
            ],
        ),
        (
            {"approver"},
            [
                "/desk/slots/",
                "/desk/fees/",
                "/desk/handover/",
                "/desk/figures/",
                "/desk/retention/",
            ],
        ),
        ({"office"}, []),
        ({"administrator"}, []),
    ],
)
def test_a_long_menu_folds_what_is_not_needed_every_day(roles: set[str], folded: list[str]) -> None:
    menu = desk_menu.entries_for(roles)
    in_sight = desk_menu.in_sight(menu)

    assert [entry.address for entry in menu if entry not in in_sight] == folded
    assert menu[: len(in_sight)] == in_sight
    assert len(in_sight) <= desk_menu.ROOM


@pytest.mark.parametrize(("here", "said"), [("desk", "その他"), ("figures", "その他：集計")])
def test_the_folded_menu_says_which_of_its_places_is_shown(here: str, said: str) -> None:
    request = asked("/desk/")
    request.staff = SimpleNamespace(display_name="佐藤 太郎")  # type: ignore[attr-defined]
    request.staff_roles = frozenset({"officer"})  # type: ignore[attr-defined]
    page = jinja2env.engine().from_string('{% extends "common/desk.html" %}')

    html = page.render(request=request, csrf_input="", here=here)

    assert re.findall(r"<summary[^>]*>(その他.*)</summary>", html) == [said]


def test_the_desk_shows_no_menu_to_nobody() -> None:
    html = shown("gallery_desk.html", asked("/desk/sign-in/"))

    assert 'href="/desk/jobs/"' not in html
    assert "サインアウト" not in html


@pytest.mark.parametrize("number", FAULTS)
def test_a_fault_page_says_what_to_do_next(number: str) -> None:
    html = shown(f"{number}.html")

    assert "次のことをお試しください" in html
    assert html.count("<h1>") == 1
    assert 'href="/procedures/"' in html


def test_the_page_for_a_broken_server_needs_neither_request_nor_database() -> None:
    html = get_template("common/500.html", using="jinja2").render({})

    assert "ただいま表示できません" in html
    assert "申請の状況" in html


def test_what_was_typed_is_offered_again_with_a_fresh_token() -> None:
    html = shown(
        "try_again.html",
        action="/filing/d/1/",
        fields=[("q.a", "髙﨑"), ("q.a", "1行\n2行"), ("q.b", '"><b>')],
    )

    form = html[html.index('action="/filing/d/1/"') :]
    assert 'name="csrfmiddlewaretoken"' in form
    assert 'name="q.a" value="髙﨑"' in form
    assert 'name="q.a" value="1行\n2行"' in form
    assert 'value="&#34;&gt;&lt;b&gt;"' in form
    assert "もう一度送る" in form
    assert "ファイルは" not in form


def test_a_conflict_leads_to_the_newest_state_when_it_is_known() -> None:
    assert 'href="/desk/c/1/"' in shown("409.html", back="/desk/c/1/")


def test_a_wait_is_told_in_minutes_when_it_is_known() -> None:
    assert "3分ほど待って" in shown("429.html", minutes=3)


def weight(*names: str) -> tuple[int, int]:
    """Bytes as written, and compressed, of some files together (comments count: they are served)."""
    texts = [(STATIC / name).read_bytes() for name in names]
    return sum(map(len, texts)), sum(len(gzip.compress(text)) for text in texts)


def test_the_look_stays_light() -> None:
    sheet, sheet_compressed = weight("site.css")
    scripts, _ = weight("site.js", "desk.js")

    assert sheet_compressed <= 8_000, sheet_compressed
    assert sheet <= 30_000, sheet
    assert scripts <= 9_000, scripts


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text), path.name


# --- contrast: the roles of each ground, as the sheet defines them (WCAG 2.1, 1.4.3 and 1.4.11) ----------


def roles() -> dict[str, dict[str, str]]:
    """The colours of each ground by role, resolved to #rrggbb."""
    sheet = re.sub(r"/\*.*?\*/", "", (STATIC / "site.css").read_text("utf-8"), flags=re.S)
    light = re.search(r":root {(.*?)}", sheet, re.S)
    more = re.search(r"prefers-contrast: more\) {\s*:root {(.*?)}", sheet, re.S)
    dark = re.search(r'\[data-colors="contrast"\] {(.*?)}', sheet, re.S)
    assert light
    assert more
    assert dark
    base = dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", light[1]))
    found = {}
    for name, block in {"light": "", "more": more[1], "dark": dark[1]}.items():
        values = base | dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", block))
        found[name] = {role: _resolved(value, values) for role, value in values.items()}
    return found


def _resolved(value: str, values: dict[str, str]) -> str:
    while reference := re.fullmatch(r"var\(--([a-z0-9-]+)\)", value):
        value = values[reference[1]]
    return "#" + "".join(c * 2 for c in value[1:]) if re.fullmatch(r"#[0-9a-f]{3}", value) else value


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


KINDS = ("info", "progress", "success", "warning", "danger")
TEXTS = [
    *[
        (text, ground)
        for text in ("text", "text-weak", "link", "link-hover", "link-visited")
        for ground in ("ground", "ground-soft")
    ],
    ("link-active", "ground"),
    *[(link, "key-soft") for link in ("link", "text", "key-hover")],
    *[("on-key", key) for key in ("key", "key-hover", "key-active")],
    ("key", "ground"),
    *[(kind, f"{kind}-ground") for kind in KINDS],
    *[(kind, "ground") for kind in KINDS],
    ("ground", "danger-fill"),
    ("ground", "danger-hover"),
    ("text", "success-ground"),
    ("on-ring", "ring-ground"),
]
EDGES = [
    *[
        (edge, "ground")
        for edge in ("line-strong", "key", "danger-line", "success-line", "warning-line", "ring", "info")
    ],
    ("ring", "ring-ground"),
    ("line-strong", "ground-soft"),
]


@pytest.mark.parametrize("ground", ["light", "more", "dark"])
@pytest.mark.parametrize(("text", "behind"), TEXTS)
def test_text_can_be_read(ground: str, text: str, behind: str) -> None:
    colors = roles()[ground]

    assert contrast(colors[text], colors[behind]) >= 4.5, (colors[text], colors[behind])


@pytest.mark.parametrize("ground", ["light", "more", "dark"])
@pytest.mark.parametrize(("edge", "behind"), EDGES)
def test_edges_and_the_focus_ring_can_be_seen(ground: str, edge: str, behind: str) -> None:
    colors = roles()[ground]

    assert contrast(colors[edge], colors[behind]) >= 3, (colors[edge], colors[behind])
