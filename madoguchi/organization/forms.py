"""What administrators type, cleaned; each form tells its problems as (link, sentence)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.identity.actions.guarding import normal_login
from madoguchi.identity.rules import is_login
from madoguchi.japan.characters import check_name, normalise_name
from madoguchi.japan.kana import is_katakana_name, narrow_ascii, to_katakana, widen_kana
from madoguchi.organization.rules import Role, is_department_code

Problems = list[tuple[str, str]]
Data = Mapping[str, str]

_PHONE = re.compile(r"[0-9+() -]{3,20}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FURTHEST_YEARS = 20


@dataclass(frozen=True, slots=True)
class NameForm:
    """The name of a person."""

    display_name: str
    name_kana: str

    @classmethod
    def read(cls, data: Data) -> NameForm:
        return cls(normalise_name(_line(data, "display_name")), _kana(_line(data, "name_kana")))

    def problems(self) -> Problems:
        found: Problems = []
        if not self.display_name:
            found.append(("#display_name", _("氏名を入力してください。")))
        elif len(self.display_name) > 60 or check_name(self.display_name):
            found.append(("#display_name", _("氏名は60文字以内で、名前に使える文字で入力してください。")))
        if not self.name_kana:
            found.append(("#name_kana", _("氏名（カナ）を入力してください。")))
        elif len(self.name_kana) > 60 or not is_katakana_name(self.name_kana):
            found.append(("#name_kana", _("氏名（カナ）はカタカナで、60文字以内で入力してください。")))
        return found


@dataclass(frozen=True, slots=True)
class PostingForm:
    """A role in a department from a day on."""

    department: str
    role: str
    valid_from: date | None
    typed_from: str

    @classmethod
    def read(cls, data: Data, *, today: date) -> PostingForm:
        typed = _line(data, "valid_from") or today.isoformat()
        return cls(_line(data, "department"), _line(data, "role"), read_day(typed), typed)

    def problems(self, *, departments: set[str], today: date) -> Problems:
        found: Problems = []
        if self.department not in departments:
            found.append(("#department", _("部署を選んでください。")))
        if self.role not in Role.values:
            found.append(("#role", _("役割を選んでください。")))
        if self.valid_from is None or not is_near(self.valid_from, today):
            found.append(("#valid_from", _("開始日を正しく入力してください。")))
        return found


@dataclass(frozen=True, slots=True)
class StaffForm:
    """A new account: log-in, name, first posting."""

    login: str
    names: NameForm
    posting: PostingForm

    @classmethod
    def read(cls, data: Data, *, today: date) -> StaffForm:
        return cls(
            normal_login(data.get("login", "")), NameForm.read(data), PostingForm.read(data, today=today)
        )

    def problems(self, *, departments: set[str], today: date) -> Problems:
        found: Problems = []
        if not is_login(self.login):
            found.append(
                (
                    "#login",
                    _("ログイン名は、半角の英小文字・数字・「.」「-」「_」の2〜40文字で入力してください。"),
                )
            )
        return found + self.names.problems() + self.posting.problems(departments=departments, today=today)


@dataclass(frozen=True, slots=True)
class DepartmentForm:
    """What is told about a department."""

    values: dict[str, str]

    @classmethod
    def read(cls, data: Data) -> DepartmentForm:
        values = {name: _line(data, name) for name in ("name", "hours", "place")}
        values["name_kana"] = _kana(_line(data, "name_kana"))
        for name in ("phone", "extension", "email"):
            values[name] = narrow_ascii(_line(data, name))
        return cls(values)

    def problems(self) -> Problems:
        found: Problems = []
        if not 1 <= len(self.values["name"]) <= 60:
            found.append(("#name", _("名称を60文字以内で入力してください。")))
        if len(self.values["name_kana"]) > 80 or not is_katakana_name(self.values["name_kana"]):
            found.append(
                ("#name_kana", _("名称（カナ）はカタカナで入力してください。並べ替えと検索に使います。"))
            )
        for name, words in (
            ("phone", _("電話番号は、数字と「-」で入力してください。")),
            ("extension", _("内線は、数字と「-」で入力してください。")),
        ):
            if self.values[name] and not _PHONE.fullmatch(self.values[name]):
                found.append((f"#{name}", words))
        for name, words in (
            ("hours", _("受付時間は120文字以内で入力してください。")),
            ("place", _("場所は120文字以内で入力してください。")),
        ):
            if len(self.values[name]) > 120:
                found.append((f"#{name}", words))
        email = self.values["email"]
        if email and (len(email) > 120 or not _EMAIL.fullmatch(email)):
            found.append(("#email", _("メールアドレスの形が正しくありません。")))
        return found


@dataclass(frozen=True, slots=True)
class ReorganisationForm:
    """Name and day of a reorganisation."""

    name: str
    on_day: date | None
    typed_day: str

    @classmethod
    def read(cls, data: Data) -> ReorganisationForm:
        typed = _line(data, "on_day")
        return cls(_line(data, "name"), read_day(typed), typed)

    def problems(self, *, today: date) -> Problems:
        found: Problems = []
        if not 1 <= len(self.name) <= 60:
            found.append(("#name", _("名称を60文字以内で入力してください。例: 令和9年4月1日 組織改正")))
        if self.on_day is None or not is_near(self.on_day, today):
            found.append(("#on_day", _("実施日を正しく入力してください。")))
        elif self.on_day < today:
            found.append(("#on_day", _("実施日は、今日か、それよりあとの日にしてください。")))
        return found


@dataclass(frozen=True, slots=True)
class LineForm:
    """What becomes of a department."""

    old: str
    procedure: str
    new: str
    with_staff: bool

    @classmethod
    def read(cls, data: Data) -> LineForm:
        return cls(_line(data, "old"), _line(data, "procedure"), _line(data, "new"), "with_staff" in data)

    def problems(self, *, departments: set[str], procedures: set[str]) -> Problems:
        found: Problems = []
        if self.old not in departments:
            found.append(("#old", _("いまの部署を選んでください。")))
        if self.procedure and self.procedure not in procedures:
            found.append(("#procedure", _("手続を選んでください。")))
        if self.new not in departments:
            found.append(("#new", _("新しい部署を選んでください。")))
        elif self.new == self.old:
            found.append(("#new", _("いまの部署とは別の部署を選んでください。")))
        return found


def read_code(data: Data) -> tuple[str, Problems]:
    """The code of a new department."""
    code = narrow_ascii(_line(data, "code"))
    if is_department_code(code):
        return code, []
    return code, [
        ("#code", _("コードは、半角の英小文字・数字を「-」でつないで、40文字以内で入力してください。"))
    ]


def read_day(typed: str) -> date | None:
    """A day as the browser's date field sends it (2026-04-01); None when it is none."""
    try:
        return date.fromisoformat(narrow_ascii(typed))
    except ValueError:
        return None


def is_near(day: date, today: date) -> bool:
    """Whether a day is no slip of the keyboard: within twenty years."""
    return abs(day.year - today.year) <= _FURTHEST_YEARS


def whole(data: Data, name: str) -> int:
    """A whole number from a hidden field; -1, which matches no row, when it is none."""
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _line(data: Data, name: str) -> str:
    """One line as typed, without blanks around it and without signs a text cannot hold."""
    return "".join(c for c in data.get(name, "") if c.isprintable() or c == "　").strip()[:500]


def _kana(text: str) -> str:
    return to_katakana(widen_kana(text))
