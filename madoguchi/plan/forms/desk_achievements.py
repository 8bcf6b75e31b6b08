"""What is typed into an achievement record, cleaned; problems are told as (link, sentence)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.common.ids import secret_digest
from madoguchi.common.jinja2env import both_eras
from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan.actions.achievements import Content
from madoguchi.plan.desk_kinds import Field, Kind
from madoguchi.plan.forms.desk_values import LAST_DAY, read_whole

Problems = list[tuple[str, str]]
MOST_PEOPLE = 1000
LONGEST = {"text": 120, "long": 2000}
PROOF = gettext_lazy("文書番号、または書類のある場所")
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen: departments in force, core systems, bars of the roadmap; and what has ended, until when."""

    departments: Mapping[str, str]
    systems: Mapping[str, str]
    bars: Mapping[str, str]
    ended: Mapping[str, tuple[str, date]] = field(default_factory=dict)

    def of(self, one: Field) -> Mapping[str, object] | None:
        """The words of a field by its codes; None where anything may be written."""
        known: dict[str, Mapping[str, object]] = {
            "system": self.systems,
            "bar": self.bars,
            "choice": dict(one.choices),
        }
        return known.get(one.kind)


@dataclass(slots=True)
class AchievementForm:
    """The values as typed and the problems they have; `content` is there when they have none."""

    kind: Kind
    typed: dict[str, str]
    problems: Problems
    content: Content | None = None


def typed_of(kind: Kind, data: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by the name of the field."""
    names = ["title", "happened_on", "ended_on", "department_code", "place", "proof_reference"]
    names += [field.name for field in kind.fields]
    return {name: data.get(name, "") for name in names}


def read(
    kind: Kind, data: Mapping[str, str], *, choices: Choices, today: date, people_kept: Collection[str] = ()
) -> AchievementForm:
    """Clean what was typed. `people_kept`: attendances already stored, kept where the field is left empty."""
    form = AchievementForm(kind, typed_of(kind, data), [])
    title = _read_line(form, "title", kind.title, LONGEST["text"])
    if not title:
        form.problems.append(("#title", _("%(label)sを入力してください。") % {"label": kind.title}))
    day = _read_day(form, "happened_on", str(kind.day), today)
    end = _read_end(form, day) if kind.lasts else None
    department = _read_department(form, choices)
    place = _read_line(form, "place", _("場所"), LONGEST["text"]) if kind.place else ""
    proof = _read_line(form, "proof_reference", PROOF, 200)
    detail = {f.name: _read_field(form, f, choices, people_kept) for f in kind.fields}
    _check_together(form, detail)
    if not form.problems and day is not None:
        form.content = Content(
            kind=kind.id,
            happened_on=day,
            ended_on=end,
            department_code=department,
            title=title,
            place=place,
            detail={name: value for name, value in detail.items() if value not in (None, "")},
            proof_reference=proof,
        )
    return form


def _read_line(form: AchievementForm, name: str, label: object, most: int) -> str:
    text = _line(form.typed[name])
    if len(text) > most:
        words = {"label": label, "most": most}
        form.problems.append((f"#{name}", _("%(label)sは%(most)s文字以内で入力してください。") % words))
    return text


def _read_department(form: AchievementForm, choices: Choices) -> str:
    code = form.typed["department_code"]
    if code in choices.departments:
        return code
    sentence = _("部署を選んでください。")
    if code in choices.ended:
        name, last = choices.ended[code]
        words = {"name": name, "day": both_eras(last)}
        sentence = _("%(name)sは%(day)sで終わりました。いまの部署を選んでください。") % words
    form.problems.append(("#department_code", sentence))
    return ""


def _read_day(form: AchievementForm, name: str, label: str, today: date) -> date | None:
    day = _day(form.typed[name])
    if day is None:
        form.problems.append((f"#{name}", _("%(label)sを選んでください。") % {"label": label}))
    elif day > today:
        sentence = _("先の日付の実績は登録できません。終わってから登録してください。")
        form.problems.append((f"#{name}", sentence))
    elif day.year < 2000:
        form.problems.append((f"#{name}", _("2000年より前の日付です。年を確かめてください。")))
    return day


def _read_end(form: AchievementForm, day: date | None) -> date | None:
    if not form.typed["ended_on"]:
        return None
    end = _day(form.typed["ended_on"])
    if end is None or (day is not None and end < day):
        form.problems.append(("#ended_on", _("終わりの日は、始まりの日からあとの日にしてください。")))
    elif end > LAST_DAY:
        sentence = _(
            "終わりの日は、%(day)sまでの日にしてください。決まっていないときは、空けておいてください。"
        )
        form.problems.append(("#ended_on", sentence % {"day": LAST_DAY.isoformat()}))
    return end


def _read_field(form: AchievementForm, field: Field, choices: Choices, kept: Collection[str]) -> Any:
    text = form.typed[field.name].strip()
    if field.kind == "people":
        people = _read_people(form, field, text) or list(kept)
        if not people:
            _missing(form, field)
        return people
    if field.kind == "check":
        return bool(text)
    if not text:
        _missing(form, field)
        return None
    if field.kind == "number":
        return _read_number(form, field, text)
    known = choices.of(field)
    if known is not None:
        if text not in known:
            form.problems.append(
                (f"#{field.name}", _("%(label)sを選んでください。") % {"label": field.label})
            )
        return text
    most = LONGEST[field.kind]
    if len(text) > most:
        words = {"label": field.label, "most": most}
        form.problems.append((f"#{field.name}", _("%(label)sは%(most)s文字以内で入力してください。") % words))
    return text


def _missing(form: AchievementForm, field: Field) -> None:
    if field.required:
        form.problems.append((f"#{field.name}", _("%(label)sを入力してください。") % {"label": field.label}))


def _read_number(form: AchievementForm, field: Field, text: str) -> int | None:
    plain = narrow_ascii(text).replace(",", "")
    if (value := read_whole(plain, field.low, field.high)) is not None:
        return value
    words = {"label": field.label, "low": field.low, "high": field.high}
    sentence = _("%(label)sは、%(low)sから%(high)sまでの整数で入力してください。") % words
    form.problems.append((f"#{field.name}", sentence))
    return None


def _read_people(form: AchievementForm, field: Field, text: str) -> list[str]:
    """Digests under a key: the same number gives the same person, and nobody reads it back."""
    numbers = [narrow_ascii(line).strip() for line in text.splitlines() if line.strip()]
    if len(numbers) > MOST_PEOPLE:
        words = {"most": MOST_PEOPLE}
        form.problems.append((f"#{field.name}", _("1回に登録できるのは%(most)s人までです。") % words))
    if len(set(numbers)) < len(numbers):
        twice = next(n for n in numbers if numbers.count(n) > 1)
        words = {"line": len(numbers) - numbers[::-1].index(twice)}
        sentence = _("%(line)s行目の職員番号が二度書かれています。片方を消してください。") % words
        form.problems.append((f"#{field.name}", sentence))
    return [secret_digest(f"staff number {number}") for number in numbers]


def _check_together(form: AchievementForm, detail: Mapping[str, Any]) -> None:
    taken, passed = detail.get("taken"), detail.get("passed")
    if taken is not None and passed is not None and passed > taken:
        form.problems.append(("#passed", _("理解を確かめた職員の数が、受けた職員の数より多くなっています。")))
    if detail.get("barred") and not detail.get("barred_by"):
        form.problems.append(("#barred_by", _("オンライン化できないとする法令の条項を入力してください。")))


def _line(text: str) -> str:
    return " ".join("".join(c for c in text if c.isprintable()).split())


def _day(text: str) -> date | None:
    """A day as a browser, a spreadsheet or a person writes it: 2024-05-10, 2024/5/10, 2024年5月10日."""
    found = DAY.fullmatch(narrow_ascii(text).strip())
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None
