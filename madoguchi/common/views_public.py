"""Pages about the site itself: contact, accessibility, privacy, the galleries of the demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from madoguchi.common import access, jinja2env
from madoguchi.common.pages import render
from madoguchi.common.registers import personal_data

A_DAY = 60 * 60 * 24


@access.public
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to ask, by telephone, mail or relay; each procedure's page names its own department."""
    return render(request, "common/contact.html", _general_desk())


@access.public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """ウェブアクセシビリティ方針 (JIS X 8341-3:2016 JA.1), claiming 配慮 until the formal test is done."""
    return render(request, "common/accessibility.html", _general_desk())


@access.public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, what for and how long (個人情報の保護に関する法律 第62条), and every cookie by its name."""
    context = {**_general_desk(), "kept": _what_is_kept(), "cookies": _cookies()}
    return render(request, "common/privacy.html", context)


@access.public
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component of pages for residents; in the demo only."""
    return _in_the_demo(request, "common/gallery.html")


@access.public
@require_safe
def desk_gallery(request: HttpRequest) -> HttpResponse:
    """The dense shell of staff with what it is made for; in the demo only."""
    return _in_the_demo(request, "common/gallery_desk.html")


def _in_the_demo(request: HttpRequest, template: str) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    return render(request, template)


def _general_desk() -> dict[str, Any]:
    """How to reach the city hall when nobody nearer is known."""
    opens, closes = settings.CITY_HOURS
    return {
        "phone": settings.CITY_PHONE,
        "email": settings.CITY_EMAIL,
        "opens": f"{opens.hour}:{opens:%M}",
        "closes": f"{closes.hour}:{closes:%M}",
    }


def _what_is_kept() -> list[list[str]]:
    rows = [
        [
            _("入力の途中の内容と、送ったファイル"),
            _("あとで続きから入力できるようにするため"),
            _("最後に保存した日から%(days)s。過ぎると開けなくなり、内容もファイルも2日以内に削除されます。")
            % {"days": _days(settings.DRAFT_DAYS)},
        ],
        [
            _("申請した内容とファイル、審査のやりとり"),
            _("審査と決定のため、また、あとで説明できるようにするため"),
            _("市の文書の保存期間が終わるまで"),
        ],
        [
            _("合言葉がまちがっていた回数、申請が始められた回数、求められたメールの数、送られたファイルの量"),
            _(
                "ほかの人が合言葉を当てようとしたり、大量に送りつけたりするのを止めるため。"
                "接続元とメールアドレスは、元にもどせない形に変えて数えます。"
            ),
            _("長くて2時間"),
        ],
    ]
    if mail_days := _retention_days("notices.Message"):
        mail = [
            _("メールアドレスと、送ったメールの文面"),
            _("受付、確認のお願い、結果などをお知らせするため"),
            _("文面は、送ってから%(days)s。アドレスは、入力や申請の内容と同じ期間")
            % {"days": _days(mail_days)},
        ]
        rows.insert(2, mail)
    return rows


def _cookies() -> list[list[str]]:
    purposes = [
        (
            settings.SESSION_COOKIE_NAME,
            _("この端末で開いてよい入力や申請を覚えます"),
            settings.SESSION_COOKIE_AGE,
        ),
        (settings.CSRF_COOKIE_NAME, _("にせの画面からの送信を防ぎます"), settings.CSRF_COOKIE_AGE),
        (settings.LANGUAGE_COOKIE_NAME, _("選んだ言語を覚えます"), settings.LANGUAGE_COOKIE_AGE),
        (
            jinja2env.DISPLAY_COOKIE,
            _("選んだ文字の大きさと配色を覚えます"),
            settings.LANGUAGE_COOKIE_AGE,
        ),
    ]
    return [[name, purpose, _days(seconds // A_DAY)] for name, purpose, seconds in purposes]


def _retention_days(model: str) -> int | None:
    return personal_data.get(model).retention_days if model in personal_data else None


def _days(count: int) -> str:
    return ngettext("%(count)s日", "%(count)s日", count) % {"count": count}
