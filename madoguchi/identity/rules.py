"""What signing in asks next, how long to wait after wrong attempts, how long a protection holds."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
SECOND_FACTOR_WITHIN = timedelta(minutes=10)
FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
FORGET_ATTEMPTS_AFTER = timedelta(hours=24)
KEEP_SESSIONS = timedelta(days=30)

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class SecondFactor(TextChoices):
    """How a session proved more than the password; passkeys will stand here too."""

    NONE = "", _("未確認")
    ONE_TIME_CODE = "one_time_code", _("確認コード")
    RECOVERY_CODE = "recovery_code", _("予備コード")


class Relation(TextChoices):
    """Place in the household (続柄), as far as forms need it."""

    HEAD = "head", _("世帯主")
    SPOUSE = "spouse", _("配偶者")
    CHILD = "child", _("子")
    PARENT = "parent", _("父母")
    OTHER = "other", _("その他")


class Sex(TextChoices):
    """As the resident register writes it; empty where it is not known."""

    MALE = "male", _("男")
    FEMALE = "female", _("女")


class RestrictionReason(TextChoices):
    """Why a person is protected (住民基本台帳事務処理要領 第5の10)."""

    PARTNER_VIOLENCE = "partner_violence", _("配偶者からの暴力")
    STALKING = "stalking", _("ストーカー行為等")
    CHILD_ABUSE = "child_abuse", _("児童虐待")
    OTHER = "other", _("その他これらに準ずる行為")
    CARRIED_OVER = "carried_over", _("同じ人の支援措置からの引継ぎ")


class Step(StrEnum):
    """What a person who signs in has to do next."""

    ENROL = "enrol"
    CODE = "code"
    PASSWORD = "password"
    DONE = "done"


def next_step(*, second_factor: str, has_authenticator: bool, must_change_password: bool) -> Step:
    """The step before the desk opens: authenticator app, then its code, then a password of one's own."""
    if second_factor == SecondFactor.NONE:
        return Step.CODE if has_authenticator else Step.ENROL
    return Step.PASSWORD if must_change_password else Step.DONE


def wait_after(attempts: int) -> timedelta:
    """How long a log-in stays closed after so many attempts in a row: nothing, then 1, 2, 4 … 30 minutes."""
    if attempts < FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(attempts - FREE_ATTEMPTS, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_login(text: str) -> bool:
    """Whether `text` can be a log-in: 2 to 40 small letters, digits, full stops, hyphens, underscores."""
    return _LOGIN.fullmatch(text) is not None


def protected_until(valid_from: date) -> date:
    """The last day of a protection: one year (住民基本台帳事務処理要領 第5の10)."""
    try:
        return valid_from.replace(year=valid_from.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February: the year ends with 28 February (民法 第143条第2項)
        return date(valid_from.year + 1, 2, 28)


def day_after(day: date) -> date:
    """The next day."""
    return day + timedelta(days=1)


def may_be_extended(*, valid_until: date, today: date) -> bool:
    """Whether an extension can be asked for: from one month before the end until the end."""
    return month_before(valid_until) <= today <= valid_until


def month_before(day: date) -> date:
    """The same day of the month before, or that month's last day."""
    last_of_month_before = day.replace(day=1) - timedelta(days=1)
    return last_of_month_before.replace(day=min(day.day, last_of_month_before.day))
