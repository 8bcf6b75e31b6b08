"""Japanese eras (和暦): one table, dates to eras, eras to dates, and what people type to dates."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from madoguchi.japan.errors import JapanError


@dataclass(frozen=True, slots=True)
class Era:
    """One era; `last_day` is the last day that may still be written in it."""

    code: str
    name: str
    letter: str
    number: int
    first_year: int
    first_day: date
    last_day: date | None


# Japan counts in the Gregorian calendar from 1873-01-01 (明治6年), so earlier days have no date here.
# 明治45年7月30日 and 大正15年12月25日 stay allowed beside the first day of the next era (住民記録標準仕様書 1.1.8).
# `number` is the digit that JPKI certificates and the 中間標準レイアウト write.
ERAS = (
    Era("meiji", "明治", "M", 1, 1868, date(1873, 1, 1), date(1912, 7, 30)),
    Era("taisho", "大正", "T", 2, 1912, date(1912, 7, 30), date(1926, 12, 25)),
    Era("showa", "昭和", "S", 3, 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("heisei", "平成", "H", 4, 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("reiwa", "令和", "R", 5, 2019, date(2019, 5, 1), None),
)
GREGORIAN_FROM = ERAS[0].first_day
WESTERN = "western"
_BY_NAME = {name: era for era in ERAS for name in (era.code, era.name, era.name[0], era.letter)}


class DateError(JapanError):
    """A date that cannot be; `part` names the wrong field, `limit` the era's border, `meant` the likely day.

    Codes: missing, not_a_number, not_understood, unknown_era, year_ambiguous, no_such_year, no_such_month,
    no_such_day, before_gregorian, era_not_begun, era_ended, eras_disagree, before_birth, no_such_period.
    """

    def __init__(
        self,
        code: str,
        *,
        part: str = "",
        era: Era | None = None,
        limit: date | None = None,
        meant: date | None = None,
    ) -> None:
        super().__init__(code)
        self.part = part
        self.era = era
        self.limit = limit
        self.meant = meant


@dataclass(frozen=True, slots=True)
class Wareki:
    """A year of an era."""

    era: Era
    year: int

    def __str__(self) -> str:
        return f"{self.era.name}{year_name(self.year)}年"


def year_name(year: int) -> str:
    """An era year as it is written: the first is 元."""
    return "元" if year == 1 else str(year)


def era_named(name: str) -> Era:
    """The era of a code, a Japanese name, its first character or its letter."""
    era = _BY_NAME.get(name) or _BY_NAME.get(name.upper()) or _BY_NAME.get(name.lower())
    if era is None:
        raise DateError("unknown_era", part="era")
    return era


def to_wareki(day: date) -> Wareki:
    """The era and its year on a day; a day on which the era changed belongs to the new one."""
    for era in reversed(ERAS):
        if day >= era.first_day:
            return Wareki(era, day.year - era.first_year + 1)
    raise DateError("before_gregorian", part="year", limit=GREGORIAN_FROM)


def format_wareki(day: date) -> str:
    """令和8年11月23日."""
    return f"{to_wareki(day)}{day.month}月{day.day}日"


def format_wareki_short(day: date) -> str:
    """R8.11.23, for narrow columns."""
    wareki = to_wareki(day)
    return f"{wareki.era.letter}{wareki.year}.{day.month}.{day.day}"


def format_western(day: date) -> str:
    """2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_both(day: date) -> str:
    """2026年11月23日（令和8年）."""
    return f"{format_western(day)}（{to_wareki(day)}）"


def era_year_to_western(era: Era | str, year: int) -> int:
    """The western year of an era year that existed (昭和64 yes, 昭和65 no)."""
    found = _era(era)
    western = found.first_year + year - 1
    if year < 1 or western > date.max.year:
        raise DateError("no_such_year", part="year", era=found)
    if western < GREGORIAN_FROM.year:
        raise DateError("before_gregorian", part="year", era=found, limit=GREGORIAN_FROM)
    if found.last_day and western > found.last_day.year:
        raise DateError("era_ended", part="year", era=found, limit=found.last_day)
    return western


def era_date(era: Era | str, year: int, month: int, day: int) -> date:
    """The day that an era date names; refuses days outside the era and tells its border."""
    found = _era(era)
    if year < 1 or found.first_year + year - 1 > date.max.year:
        raise DateError("no_such_year", part="year", era=found)
    meant = western_date(found.first_year + year - 1, month, day)
    if meant < found.first_day:
        raise DateError("era_not_begun", part="year", era=found, limit=found.first_day, meant=meant)
    if found.last_day and meant > found.last_day:
        raise DateError("era_ended", part="year", era=found, limit=found.last_day, meant=meant)
    return meant


def western_date(year: int, month: int, day: int) -> date:
    """The day of a western year of four digits since 1873."""
    if year < 1000:
        raise DateError("year_ambiguous", part="year")
    if year > date.max.year:
        raise DateError("no_such_year", part="year")
    if year < GREGORIAN_FROM.year:
        raise DateError("before_gregorian", part="year", limit=GREGORIAN_FROM)
    if not 1 <= month <= 12:
        raise DateError("no_such_month", part="month")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateError("no_such_day", part="day") from error


def _era(era: Era | str) -> Era:
    return era if isinstance(era, Era) else era_named(era)


# --- what people type -------------------------------------------------------------------------------------------

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー~〜", "-"))
_ERA = r"明治|大正|昭和|平成|令和|[明大昭平令MTSHR]"
_WEEKDAY = re.compile(r"\([月火水木金土日祝・]+(曜日?)?\)|[月火水木金土日]曜日?$")
_AFTERWORDS = re.compile(r"(生まれ|生|付け|付)$")
_SECOND_YEAR = re.compile(rf"\((?:西暦)?({_ERA})?(元|\d+)年?\)")
_SEPARATED = re.compile(rf"(?:西暦|({_ERA})\.?)?(元|\d{{1,4}})[年./,・-](\d{{1,2}})[月./,・-](\d{{1,2}})日?")
_COMPACT_ERA = re.compile(rf"({_ERA})\.?(\d\d)(\d\d)(\d\d)")
_COMPACT_WESTERN = re.compile(r"(\d{4})(\d\d)(\d\d)")
_KANJI_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月日])")
_KANJI_DIGITS = {kanji: digit for digit, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_LONGEST_DATE = 60


def parse_date(text: str) -> date:
    """The day that someone typed: R8.11.23, 令和8年11月23日, S64.1.7, 2026/11/23, 20261123, in any width."""
    if len(text) > _LONGEST_DATE:
        raise DateError("not_understood")
    plain = _plain(text)
    if not plain:
        raise DateError("missing")
    second = _SECOND_YEAR.search(plain)
    match = _match(_SECOND_YEAR.sub("", plain))
    day = from_parts(match[0] or WESTERN, match[1], match[2], match[3])
    if second and _western_year(second[1], second[2]) != day.year:
        raise DateError("eras_disagree", part="year")
    return day


def from_parts(era: str, year: str | int, month: str | int, day: str | int) -> date:
    """The day of a form with four fields; `era` is "western" or an era (code, name or letter)."""
    if not era.strip():
        raise DateError("missing", part="era")
    numbers = (_number(year, "year"), _number(month, "month"), _number(day, "day"))
    chosen = unicodedata.normalize("NFKC", era.strip())
    return western_date(*numbers) if chosen in (WESTERN, "西暦") else era_date(era_named(chosen), *numbers)


def kanji_number(text: str) -> int:
    """The number that kanji numerals below one hundred, or kanji digits in a row, write."""
    if "十" not in text:
        return int("".join(str(_KANJI_DIGITS[character]) for character in text))
    tens, _, ones = text.partition("十")
    return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[ones] if ones else 0)


def _plain(text: str) -> str:
    narrow = "".join(unicodedata.normalize("NFKC", text).split()).translate(_HYPHENS).upper()
    bare = _AFTERWORDS.sub("", _WEEKDAY.sub("", narrow))
    try:
        return _KANJI_NUMBER.sub(lambda found: str(kanji_number(found[0])), bare)
    except KeyError as error:
        raise DateError("not_understood") from error


def _match(plain: str) -> tuple[str | None, str, str, str]:
    if found := _SEPARATED.fullmatch(plain) or _COMPACT_ERA.fullmatch(plain):
        return found[1], found[2], found[3], found[4]
    if found := _COMPACT_WESTERN.fullmatch(plain):
        return None, found[1], found[2], found[3]
    raise DateError("not_understood")


def _western_year(era: str | None, year: str) -> int:
    number = _number(year, "year")
    return era_named(era).first_year + number - 1 if era else number


def _number(value: str | int, part: str) -> int:
    if isinstance(value, int):
        return value
    plain = unicodedata.normalize("NFKC", value).strip()
    if not plain:
        raise DateError("missing", part=part)
    if part == "year" and plain == "元":
        return 1
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 4):
        raise DateError("not_a_number", part=part)
    return int(plain)
