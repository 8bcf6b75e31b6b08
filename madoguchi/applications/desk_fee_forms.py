"""The forms about a fee as they were typed, and what is wrong in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.applications import fee_rules
from madoguchi.applications.desk_fees import method_choices
from madoguchi.applications.fee_rules import FeeKind, FeeMethod, Standing
from madoguchi.common.jinja2env import both_eras, yen
from madoguchi.japan.eras import DateError, parse_date

LONGEST_REASON = 500
LONGEST_VOUCHER = 40
KINDS = (FeeKind.PAID, FeeKind.WAIVED, FeeKind.REFUNDED, FeeKind.KEPT)
UNDO = "undo"


@dataclass(slots=True)
class FeeForm:
    """What stands in the forms of the page; names begin with what is recorded, so that each form keeps its own."""

    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, for the top of the page."""
        return [(f"#{name}", sentence) for name, sentence in self.errors.items()]


def blank(standing: Standing, *, today: date) -> FeeForm:
    """The forms as they are offered: the whole of what is owed, in cash, today."""
    typed = {
        "paid_yen": str(standing.owed),
        "waived_yen": str(standing.owed),
        "refunded_yen": str(standing.excess),
    }
    for kind in fee_rules.BY_METHOD:
        typed |= {f"{kind}_method": FeeMethod.CASH.value, f"{kind}_on": today.isoformat()}
    return FeeForm(dict.fromkeys(_names(), "") | typed)


def _names() -> list[str]:
    parts = ("yen", "method", "on", "voucher", "reason")
    return [*(f"{kind}_{part}" for kind in KINDS for part in parts), "undo", "undo_reason"]


def with_typed(form: FeeForm, data: Mapping[str, Any]) -> FeeForm:
    """The forms with what was sent; what was not sent stays as offered."""
    sent = {name: str(data[name]).strip() for name in form.typed if name in data}
    return FeeForm(form.typed | sent)


def read(form: FeeForm, kind: str, standing: Standing, *, received_on: date, today: date) -> dict[str, Any]:
    """The fields of a record, as `record_fee` takes them; with errors noted it is not to be used."""
    found: dict[str, Any] = {"kind": kind, "amount_yen": _amount(form, kind, standing)}
    if kind in fee_rules.BY_METHOD:
        found |= {
            "method": _method(form, kind),
            "counted_on": _day(form, kind, received_on=received_on, today=today),
            "voucher_number": _voucher(form, kind),
        }
    if kind != FeeKind.PAID:
        found["reason"] = _reason(form, f"{kind}_reason")
    return found


def _amount(form: FeeForm, kind: str, standing: Standing) -> int:
    most = fee_rules.most_of(standing, kind)
    if kind == FeeKind.KEPT:  # it is decided about the whole of it
        return most
    name = f"{kind}_yen"
    text = unicodedata.normalize("NFKC", form.typed[name]).replace(",", "").removesuffix("円").strip()
    if not (text.isdecimal() and text.isascii() and len(text) < 9 and int(text)):
        form.errors[name] = _("額を、1以上の数字で入力してください。例：600")
        return 0
    if int(text) > most:
        form.errors[name] = _("額は%(most)s以下にしてください。") % {"most": yen(most)}
    return int(text)


def _method(form: FeeForm, kind: str) -> str:
    name = f"{kind}_method"
    if form.typed[name] not in dict(method_choices()):
        form.errors[name] = _("方法を選んでください。")
    return form.typed[name]


def _day(form: FeeForm, kind: str, *, received_on: date, today: date) -> date | None:
    name = f"{kind}_on"
    try:
        day = parse_date(form.typed[name])
    except DateError:
        form.errors[name] = _("日を「2026年11月23日」のように入力してください。")
        return None
    if not fee_rules.may_be_paid_on(day=day, received_on=received_on, today=today):
        form.errors[name] = _("受付の日（%(first)s）から今日までの日にしてください。") % {
            "first": both_eras(received_on)
        }
    return day


def _voucher(form: FeeForm, kind: str) -> str:
    name = f"{kind}_voucher"
    if len(form.typed[name]) > LONGEST_VOUCHER:
        form.errors[name] = _("領収書番号は%(most)s文字までにしてください。") % {"most": LONGEST_VOUCHER}
    return form.typed[name]


def _reason(form: FeeForm, name: str) -> str:
    text = form.typed[name].replace("\r\n", "\n")
    if not text:
        form.errors[name] = _("理由を書いてください。")
    elif len(text) > LONGEST_REASON:
        form.errors[name] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
    return text


def read_undo(form: FeeForm) -> str:
    """The reason of a cancellation."""
    return _reason(form, "undo_reason")
