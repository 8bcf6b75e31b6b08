"""What is typed about a digital service, cleaned; problems are told as (link, sentence)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.japan.fiscal import fiscal_year
from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan.actions.services import Evidence
from madoguchi.plan.forms.desk_values import read_day, read_whole

Problems = list[tuple[str, str]]

CATEGORIES = (
    ("answers", gettext_lazy("問い合わせ・自動応答")),
    ("payment", gettext_lazy("キャッシュレス決済")),
    ("booking", gettext_lazy("予約・申込み")),
    ("map", gettext_lazy("地図")),
    ("push", gettext_lazy("通知・情報発信")),
    ("other", gettext_lazy("その他")),
)
DATA_CLASSES = (
    ("none", gettext_lazy("個人に関する情報はない")),
    ("contact", gettext_lazy("連絡先")),
    ("personal", gettext_lazy("個人情報")),
    ("payment", gettext_lazy("決済の情報")),
)
NEEDED = (
    ("city_service", gettext_lazy("行政サービスの名称")),
    ("private_service", gettext_lazy("民間のデジタルサービスの名称")),
)
TEXTS = {
    "city_service": 120,
    "private_service": 120,
    "provider": 120,
    "contract": 200,
    "address": 200,
    "exit_plan": 2000,
}
CHECKS = ("privacy_checked_on", "security_checked_on")
DAYS = ("started_on", *CHECKS, "review_on")
NAMES = (*TEXTS, *DAYS, "department_code", "category", "cost_yen")


def read(
    data: Mapping[str, Any], chosen: list[str], departments: Mapping[str, str], *, today: date
) -> tuple[dict[str, Any], Problems]:
    """The values of an entry, and what is wrong with them. `chosen`: the classes of data."""
    problems: Problems = []
    values: dict[str, Any] = {}
    for name, most in TEXTS.items():
        values[name] = str(data.get(name, "")).strip()
        if len(values[name]) > most:
            problems.append((f"#{name}", _("%(most)s文字以内で入力してください。") % {"most": most}))
    for name, label in NEEDED:
        if not values[name]:
            problems.append((f"#{name}", _("%(label)sを入力してください。") % {"label": label}))
    for name in DAYS:
        values[name] = day_of(str(data.get(name, "")), f"#{name}", problems)
    for name in CHECKS:
        if values[name] is not None and values[name] > today:
            problems.append((f"#{name}", _("まだ来ていない日です。確認が終わった日を入力してください。")))
    if values["started_on"] is None and not str(data.get("started_on", "")).strip():
        problems.append(("#started_on", _("使い始めた日を選んでください。")))
    values["department_code"] = str(data.get("department_code", ""))
    if values["department_code"] not in departments:
        problems.append(("#department_code", _("部署を選んでください。")))
    values["category"] = str(data.get("category", ""))
    if values["category"] not in dict(CATEGORIES):
        problems.append(("#category", _("分野を選んでください。")))
    values["data_classes"] = [one for one in chosen if one in dict(DATA_CLASSES)]
    if not values["data_classes"]:
        problems.append(
            (
                "#data_classes",
                _("渡す情報を1つ以上選んでください。ないときは「個人に関する情報はない」を選んでください。"),
            )
        )
    values["cost_yen"] = _yen(str(data.get("cost_yen", "")), problems)
    return values, problems


def read_evidence(data: Mapping[str, Any], today: date) -> tuple[Evidence | None, Problems]:
    """The use in a fiscal year, and what is wrong with it."""
    problems: Problems = []
    year = read_whole(str(data.get("fiscal_year", "")), 2000, fiscal_year(today))
    if year is None:
        problems.append(("#fiscal_year", _("どの年度の証拠かを選んでください。")))
    seen_on = day_of(str(data.get("seen_on", "")), "#seen_on", problems)
    if seen_on is None and not any(place == "#seen_on" for place, _sentence in problems):
        problems.append(("#seen_on", _("確かめた日を選んでください。")))
    elif seen_on is not None and seen_on > today:
        problems.append(("#seen_on", _("先の日付は登録できません。")))
    users = narrow_ascii(str(data.get("users", ""))).replace(",", "").strip()
    if not (users.isascii() and users.isdigit() and len(users) < 10):
        problems.append(("#users", _("利用者の数を整数で入力してください。")))
    reference = str(data.get("reference", "")).strip()[:200]
    if not reference:
        problems.append(("#reference", _("証拠（文書番号や報告書の名称）を入力してください。")))
    if problems or seen_on is None or year is None:
        return None, problems
    return Evidence(year, seen_on, int(users), reference), []


def day_of(text: str, place: str, problems: Problems) -> date | None:
    """The day somebody wrote, None for nothing and for what is no day, which is added to the problems."""
    text = narrow_ascii(text).strip()
    if not text:
        return None
    day = read_day(text)
    if day is None:
        problems.append((place, _("日付を2025-04-01の形で入力してください。")))
    return day


def _yen(text: str, problems: Problems) -> int | None:
    plain = narrow_ascii(text).replace(",", "").strip()
    if not plain:
        return None
    if plain.isascii() and plain.isdigit() and len(plain) <= 12:
        return int(plain)
    problems.append(("#cost_yen", _("費用は、円の単位の整数で入力してください。")))
    return None


def as_typed(source: Mapping[str, Any]) -> dict[str, str]:
    """Values as the fields of the page show them."""
    return {name: "" if source.get(name) is None else str(source.get(name)) for name in NAMES}
