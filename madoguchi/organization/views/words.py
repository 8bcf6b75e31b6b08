"""What the administrators' pages say."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from madoguchi.identity.models import Staff
from madoguchi.organization.models import Department


def state(person: Staff, *, locked: bool) -> tuple[str, str]:
    """The state of an account and the kind of its tag."""
    if not person.active:
        return _("利用停止"), "neutral"
    if locked:
        return _("一時ロック中"), "warning"
    if not person.totp_secret:
        return _("認証アプリ未登録"), "info"
    return _("利用中"), "success"


def done(act: str) -> str:
    """What was just done."""
    return {
        "reset_authenticator": _("認証アプリの登録を取り消しました。次のサインインで、登録し直します。"),
        "deactivate": _("利用を停止し、すべての端末をサインアウトしました。"),
        "reactivate": _("利用を再開しました。"),
        "unlock": _("一時ロックを解除しました。"),
        "renamed": _("氏名を変更しました。"),
        "posted": _("役割を追加しました。"),
        "ended": _("役割の終わりの日を登録しました。"),
    }.get(act, "")


def outdated() -> str:
    """Two people at once."""
    return _("ほかの人が先に変更しました。いまの登録内容を確かめて、必要ならもう一度変更してください。")


def own_account() -> str:
    """An administrator's own account."""
    return _("自分のアカウントは、この画面では変更できません。ほかのシステム管理者に頼んでください。")


def own_role() -> str:
    """An administrator's own role."""
    return _("自分のシステム管理者の役割は、自分では外せません。ほかのシステム管理者に頼んでください。")


def last_administrator() -> str:
    """Nobody would be left."""
    return _(
        "終わりの日のないシステム管理者がいなくなるため、変更できません。先に、ほかの人をシステム管理者にしてください。"
    )


def bad_day() -> str:
    """No day, or one far away."""
    return _("日付を正しく入力してください。")


def span(department: Department) -> str:
    """From when until when a department exists."""
    begins, ends = department.valid_from, department.valid_until
    return f"{day(begins)}〜{day(ends) if ends else ''}"


def day(value: date) -> str:
    """A day in a dense list: the Western year alone."""
    return _("%(year)d年%(month)d月%(day)d日") % {"year": value.year, "month": value.month, "day": value.day}
