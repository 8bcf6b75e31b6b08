"""Days that are not fully known (不詳日): what the register may write, and the span it leaves open.

The spellings are those of 住民記録システム標準仕様書 1.1.8. 頃 and 推定 widen nothing: no rule says by how much.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from madoguchi.japan.eras import WESTERN, DateError, era_named, era_year_to_western, from_parts, year_name

_ERA = r"(?:西暦)?(明治|大正|昭和|平成|令和)?"
_YEAR = rf"(?P<year>{_ERA}(元|\d{{1,4}}))年"
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (1, 12)}  # winter touches both ends of a year
_THIRDS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}


@dataclass(frozen=True, slots=True)
class UnknownDate:
    """A day as the register writes it, and the earliest and latest day it can be (None: nothing is known)."""

    text: str
    pattern: str
    earliest: date | None
    latest: date | None


# The order of the standard's list; each spelling with the name of its pattern. 2月29日 of a common year stands last.
_PATTERNS = [
    ("year_about", rf"{_YEAR}頃"),
    ("month_about", rf"{_YEAR}(?P<month>\d+)月頃"),
    ("day_about", rf"{_YEAR}(?P<month>\d+)月(?P<day>\d+)日頃"),
    ("day_estimated", rf"推定{_YEAR}(?P<month>\d+)月(?P<day>\d+)日"),
    ("month_estimated", rf"推定{_YEAR}(?P<month>\d+)月"),
    ("season", rf"{_YEAR}(?P<season>[春夏秋冬])頃?"),
    ("third_of_month", rf"{_YEAR}(?P<month>\d+)月(?P<third>[上中下]旬)頃?"),
    ("unknown", r"年月日不詳"),
    ("month_and_day_unknown", rf"{_YEAR}月日不詳"),
    ("day_unknown", rf"{_YEAR}(?P<month>\d+)月日不詳"),
    (
        "between_months",
        rf"{_YEAR}(?P<month>\d+)月(?P<day>\d+)日から(?P<to_month>\d+)月(?P<to_day>\d+)日頃?までの間",
    ),
    ("between_estimated", rf"{_YEAR}(?P<month>\d+)月推定(?P<day>\d+)日から(?P<to_day>\d+)日頃?までの間"),
    ("between_days", rf"{_YEAR}(?P<month>\d+)月(?P<day>\d+)日頃?から(?P<to_day>\d+)日頃?までの間"),
    ("no_calendar_day", rf"{_YEAR}(?P<month>0?2)月(?P<day>29)日"),
]
_COMPILED = [(name, re.compile(pattern)) for name, pattern in _PATTERNS]


def parse_unknown_date(text: str) -> UnknownDate:
    """The span of a day written in one of the standard's spellings; refuses what is a plain calendar day."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("ころ", "頃").replace("ごろ", "頃")
    if not plain:
        raise DateError("missing")
    for pattern, expression in _COMPILED:
        if found := expression.fullmatch(plain):
            earliest, latest = _span(pattern, found.groupdict())
            return UnknownDate(_spelling(plain), pattern, earliest, latest)
    raise DateError("not_understood")


def _span(pattern: str, found: dict[str, str | None]) -> tuple[date | None, date | None]:
    if pattern == "unknown":
        return None, None
    year = found["year"] or ""
    month = int(found.get("month") or 0)
    if pattern in ("year_about", "month_and_day_unknown"):
        return _whole(year, 1, 12)
    if season := found.get("season"):
        return _whole(year, *_SEASONS[season])
    if pattern == "no_calendar_day":
        return _leap_day_of_common_year(year)
    if third := found.get("third"):
        return _whole(year, month, month, *_THIRDS[third])
    if not found.get("day"):
        return _whole(year, month, month)
    day = int(found["day"] or 0)
    earliest = _day(year, month, day)
    latest = _day(year, int(found.get("to_month") or month), int(found.get("to_day") or day))
    if latest < earliest:
        raise DateError("end_before_start", part="day")
    return earliest, latest


def _whole(year: str, first_month: int, last_month: int, first: int = 1, last: int = 31) -> tuple[date, date]:
    """The span from a day of one month to a day (or the end) of another, cut to the era the year is written in."""
    if not (1 <= first_month <= 12 and 1 <= last_month <= 12):
        raise DateError("no_such_month", part="month")
    western = _western_year(year)
    earliest = date(western, first_month, first)
    latest = date(western, last_month, min(last, monthrange(western, last_month)[1]))
    era_name, _ = _split(year)
    if era_name == WESTERN:
        return earliest, latest
    era = era_named(era_name)
    if era.last_day and earliest > era.last_day:
        raise DateError("era_ended", part="year", era=era, limit=era.last_day)
    if latest < era.first_day:
        raise DateError("era_not_begun", part="year", era=era, limit=era.first_day)
    return max(earliest, era.first_day), min(latest, era.last_day or latest)


def _leap_day_of_common_year(year: str) -> tuple[date, date]:
    western = _western_year(year)
    if monthrange(western, 2)[1] == 29:
        raise DateError("not_understood")
    return _day(year, 2, 28), _day(year, 3, 1)


def _day(year: str, month: int, day: int) -> date:
    era, number = _split(year)
    return from_parts(era, number, month, day)


def _western_year(year: str) -> int:
    era, number = _split(year)
    if era == WESTERN:
        return from_parts(WESTERN, number, 1, 1).year
    return era_year_to_western(era, 1 if number == "元" else int(number))


def _split(year: str) -> tuple[str, str]:
    found = re.fullmatch(rf"{_ERA}(元|\d+)", year)
    assert found, "the patterns let nothing else through"
    return found[1] or WESTERN, found[2]


def _spelling(plain: str) -> str:
    """The standard's spelling: 元年, and a blank before 月日不詳 and 日不詳."""
    with_first_year = re.sub(r"(明治|大正|昭和|平成|令和)0*1年", rf"\1{year_name(1)}年", plain)
    if plain == "年月日不詳":
        return plain
    return re.sub(r"(年|月)((?:月)?日不詳)$", r"\1 \2", with_first_year)
