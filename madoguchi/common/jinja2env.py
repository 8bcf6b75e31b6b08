"""The Jinja2 environment of all pages: what a template may call without importing it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import (
    get_language,
    gettext,
    gettext_noop,
    ngettext,
    npgettext,
    override,
    pgettext,
)
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from madoguchi.common import desk_menu
from madoguchi.japan.eras import format_both, format_wareki

TOKYO = ZoneInfo("Asia/Tokyo")
DISPLAY_COOKIE = "madoguchi_display"
DISPLAYS = ("normal", "large", "contrast", "large-contrast")
CITIES = (gettext_noop("盛岡市"),)  # names of cities that the catalogues translate


@dataclass(frozen=True, slots=True)
class Display:
    """How a person wants pages shown: with large letters, in white on black, both or neither."""

    large: bool = False
    contrast: bool = False

    def __str__(self) -> str:
        """The word for it, one of DISPLAYS."""
        return "-".join(w for w, on in (("large", self.large), ("contrast", self.contrast)) if on) or "normal"

    def with_large(self, large: bool) -> Display:
        """The same colours with the other size of letters."""
        return Display(large, self.contrast)

    def with_contrast(self, contrast: bool) -> Display:
        """The same size of letters in the other colours."""
        return Display(self.large, contrast)


def read_display(word: str) -> Display:
    """The display settings of a word of DISPLAYS; any other word counts as normal."""
    return Display("large" in word, "contrast" in word) if word in DISPLAYS else Display()


def display_of(request: HttpRequest | None) -> Display:
    """The display settings of the person who asks for this page."""
    return read_display(request.COOKIES.get(DISPLAY_COOKIE, "") if request is not None else "")


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route."""
    return reverse(name, args=args, kwargs=kwargs) if args or kwargs else _plain_url(name)


@functools.cache
def _plain_url(name: str) -> str:
    return reverse(name)


def static_address(path: str) -> str:
    """The address of a static file; before they are gathered the plain one, so that a fault page always shows."""
    try:
        return static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


def translate(msgid: str, **values: Any) -> Markup:
    """The text in the language of the page; values are escaped. Written as `_("…", name=…)` in templates.

    Jinja2's own way costs several calls for each text, and a page has a hundred of them.
    """
    text = _text(get_language() or "ja", msgid)
    return text % values if values or "%" in text else text


@functools.lru_cache(maxsize=8192)
def _text(language: str, msgid: str) -> Markup:
    with override(language):  # msgids and translations are ours; what is put into them is escaped
        return Markup(gettext(msgid))


def page_language() -> str:
    """The language of the page for <html lang>: やさしい日本語 is Japanese to a screen reader."""
    return (get_language() or "ja").split("-")[0]


def chosen_language() -> str:
    """The language the person chose: ja, ja-easy or en."""
    return get_language() or "ja"


def is_demo() -> bool:
    """Whether this installation shows the synthetic city."""
    return bool(getattr(settings, "DEMO", False))


def city_name() -> str:
    """The city whose pages these are, in the page's language where the catalogue knows its name."""
    return gettext(settings.CITY_NAME)


def wareki(day: date | None) -> str:
    """令和8年11月23日; in English 23 November 2026, in やさしい日本語 the Western year (在留支援のための指針)."""
    if day is None:
        return ""
    return _plain_date(day) if chosen_language() != "ja" else format_wareki(day)


def both_eras(day: date | None) -> str:
    """2026年11月23日（令和8年）; without the era in English and in やさしい日本語."""
    if day is None:
        return ""
    return _plain_date(day) if chosen_language() != "ja" else format_both(day)


def yen(amount: int | None) -> str:
    """12,000円, in English ¥12,000; nothing for no amount."""
    if amount is None:
        return ""
    return f"¥{amount:,}" if page_language() == "en" else f"{amount:,}円"


def jst(moment: datetime | None, year: bool = False) -> str:
    """A moment as the clock of Japan shows it: 11月23日 15時04分, with `year` 2026年11月23日 15時04分."""
    if moment is None:
        return ""
    at = moment.astimezone(TOKYO)
    if page_language() == "en":
        return f"{at.day} {at:%B}{f' {at.year}' if year else ''}, {at:%H:%M}"
    return f"{f'{at.year}年' if year else ''}{at.month}月{at.day}日 {at.hour}時{at:%M}分"


def nl2br(text: object) -> Markup:
    """A text with its line breaks kept; everything in it is escaped."""
    safe = str(escape(text)).replace("\r\n", "\n")
    return Markup(re.sub(r"(?<!<br>)\n", "<br>\n", safe))


def file_size(count: int) -> str:
    """A number of bytes in the unit people know: 320 KB, 1.2 MB, 10 MB."""
    if count < 999_500:
        return f"{max(1, round(count / 1000)) if count else 0} KB"
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + " MB"


# What stands in a kept header for what differs from page to page.
_NEXT = "⁣next⁣"
_TOKEN = "⁣token⁣"


def resident_header(request: HttpRequest, token: str, here: str = "") -> Markup:
    """The head of a page for residents: the same for everybody but for its address and safety token."""
    kept = _header(chosen_language(), str(display_of(request)), here, is_demo(), city_name())
    return Markup(kept.replace(_NEXT, str(escape(request.get_full_path()))).replace(_TOKEN, str(token)))


def resident_footer() -> Markup:
    """The foot of a page for residents."""
    return _footer(chosen_language(), city_name())


@functools.lru_cache(maxsize=256)
def _header(language: str, display: str, here: str, demo: bool, city: str) -> str:
    context = {"display": read_display(display), "here": here, "next": _NEXT, "token": Markup(_TOKEN)}
    return engine().get_template("common/header.html").render(context)


@functools.lru_cache(maxsize=16)
def _footer(language: str, city: str) -> Markup:
    return Markup(engine().get_template("common/footer.html").render())


def engine() -> Environment:
    """The environment all pages are rendered with."""
    backend = engines["jinja2"]
    assert isinstance(backend, Jinja2)
    environment: Environment = backend.env
    return environment


def _plain_date(day: date) -> str:
    return (
        f"{day.day} {day:%B} {day.year}"
        if page_language() == "en"
        else f"{day.year}年{day.month}月{day.day}日"
    )


def environment(**options: Any) -> Environment:
    """The environment Django's Jinja2 back end uses: strict about names, gettext with Japanese msgids."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options.pop("autoescape", None)  # nobody switches it off
    env = Environment(autoescape=True, extensions=["jinja2.ext.i18n"], **options)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals |= {
        "_": translate,
        "gettext": translate,
        "static": static_address,
        "resident_header": resident_header,
        "resident_footer": resident_footer,
        "url": url,
        "page_language": page_language,
        "chosen_language": chosen_language,
        "display_of": display_of,
        "is_demo": is_demo,
        "city_name": city_name,
        "desk_menu": desk_menu.entries_for,
        "desk_menu_in_sight": desk_menu.in_sight,
    }
    env.filters |= {
        "wareki": wareki,
        "both_eras": both_eras,
        "yen": yen,
        "jst": jst,
        "nl2br": nl2br,
        "file_size": file_size,
    }
    return env
