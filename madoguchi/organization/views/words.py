"""What the administrators' pages say."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from madoguchi.identity.models import Staff
from madoguchi.organization.models import Department, Reorganisation, Stage
from madoguchi.organization.rules import Fault


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


def stage(row: Reorganisation) -> tuple[str, str]:
    """How far a reorganisation has come, and the kind of its tag."""
    kinds = {Stage.PLANNED: "neutral", Stage.DECIDED: "info", Stage.DONE: "success", Stage.UNDONE: "warning"}
    return str(Stage(row.stage).label), kinds[Stage(row.stage)]


def reorganisation_done(act: str) -> str:
    """What was just done with a reorganisation."""
    return {
        "planned": _("計画を作りました。部署の行き先を追加してください。"),
        "changed": _("計画を変更しました。"),
        "line_added": _("行き先を追加しました。"),
        "line_removed": _("行き先を削除しました。"),
        "decide": _("確定しました。実施日になると、自動で切り替わります。"),
        "take_back": _("確定を取り消しました。計画を変更できます。"),
        "undo": _("元に戻しました。手続中の申請は、順に元の部署に戻ります。"),
    }.get(act, "")


def fault(found: Fault, name: str) -> str:
    """Why a plan cannot be decided, and what to do."""
    sentences = {
        Fault.NO_LINES: _("部署の行き先を1つ以上追加してください。"),
        Fault.PAST: _("実施日が過ぎています。実施日を変更してください。"),
        Fault.OLD_NOT_THERE: _(
            "「%(name)s」は、実施日の前の日に設置されていません。部署の期間を確かめてください。"
        ),
        Fault.NEW_NOT_THERE: _(
            "「%(name)s」は、実施日に設置されていません。部署の開始日と終わりの日を確かめてください。"
        ),
        Fault.CHAIN: _("「%(name)s」は、この計画でなくなる部署です。行き先には、残る部署を選んでください。"),
    }
    sentence = sentences[found]
    return sentence % {"name": name} if name else sentence


def count(number: int, note: str = "") -> str:
    """So many things, and what becomes of them."""
    if note and number:
        return _("%(number)s件（%(note)s）") % {"number": number, "note": note}
    return _("%(number)s件") % {"number": number}


def people(number: int) -> str:
    """So many people."""
    return _("%(number)s人") % {"number": number}


def span(department: Department) -> str:
    """From when until when a department exists."""
    begins, ends = department.valid_from, department.valid_until
    return f"{day(begins)}〜{day(ends) if ends else ''}"


def day(value: date) -> str:
    """A day in a dense list: the Western year alone."""
    return _("%(year)d年%(month)d月%(day)d日") % {"year": value.year, "month": value.month, "day": value.day}
