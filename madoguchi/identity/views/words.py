"""What the pages of signing in say when something is refused."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def locked(until: datetime, *, now: datetime) -> str:
    """Too many wrong attempts: when to try again."""
    minutes = max(1, round((until - now).total_seconds() / 60 + 0.49))
    return ngettext(
        "間違いが続いたため、このログイン名は一時的に使えません。約%(n)d分たってから、もう一度お試しください。",
        "間違いが続いたため、このログイン名は一時的に使えません。約%(n)d分たってから、もう一度お試しください。",
        minutes,
    ) % {"n": minutes}


def wrong_password() -> str:
    """Which of the two is wrong is not told."""
    return _("ログイン名またはパスワードが違います。入力し直してください。")


def wrong_code() -> str:
    """The code was wrong, or it was used before."""
    return _("確認コードが違うか、すでに使われています。アプリに表示されている新しい番号を入力してください。")


def missing_code() -> str:
    """Nothing was typed."""
    return _("確認コードを入力してください。")


def passwords_differ() -> str:
    """The second field does not repeat the first."""
    return _("確認用のパスワードが一致しません。同じパスワードをもう一度入力してください。")


def wrong_present_password() -> str:
    """The password asked for again is not right."""
    return _("いまのパスワードが違います。入力し直してください。")


def outdated() -> str:
    """Somebody else changed the account in the meantime."""
    return _("ほかの画面で変更されました。もう一度やり直してください。")
