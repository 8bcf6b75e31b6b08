"""A published table as CSV or workbook: which column is what is chosen, every fault is named by line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.common.desk_tables import Rows, UnreadableTable, read_table
from madoguchi.japan.check_digits import is_local_government_code
from madoguchi.japan.kana import narrow_ascii
from madoguchi.plan.forms.desk_values import read_day, read_number, read_whole

Problems = list[tuple[str, str]]
FIGURES = (
    ("card-holding", gettext_lazy("マイナンバーカードの保有率")),
    ("online-share", gettext_lazy("オンライン申請の割合")),
    ("ai-rpa", gettext_lazy("AI・RPAの利用")),
    ("telework", gettext_lazy("テレワークの利用")),
    ("other", gettext_lazy("その他")),
)
HEAD = (
    ("title", gettext_lazy("表の名称")),
    ("unit", gettext_lazy("単位")),
    ("denominator", gettext_lazy("分母（何の、いつの数か）")),
    ("published_by", gettext_lazy("公表した機関")),
)
# Column of the file: the names it may have, the first one is what the template has.
COLUMNS = {
    "city_code": ("団体コード", "全国地方公共団体コード", "市区町村コード"),
    "city_name": ("団体名", "市区町村名", "地方公共団体名"),
    "population": ("人口", "住基人口", "総人口"),
    "numerator": ("分子", "保有枚数", "件数"),
    "denominator": ("分母", "対象数"),
    "value": ("値", "率", "割合", "保有率"),
}
NEEDED = ("city_code", "city_name", "value")


@dataclass(slots=True)
class ReadTable:
    """The head and rows of a table, and what is wrong with them."""

    head: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: Problems = field(default_factory=list)
    findings: list[tuple[int, str, str]] = field(default_factory=list)


def read(data: Mapping[str, str], content: bytes | None, *, today: date) -> ReadTable:
    """Read the form and the file."""
    found = ReadTable()
    for name, label in HEAD:
        found.head[name] = data.get(name, "").strip()[: 20 if name == "unit" else 120]
        if not found.head[name]:
            found.problems.append((f"#{name}", _("%(label)sを入力してください。") % {"label": label}))
    found.head["address"] = data.get("address", "").strip()[:300]
    found.head["figure"] = data.get("figure", "")
    if found.head["figure"] not in dict(FIGURES):
        found.problems.append(("#figure", _("何の数かを選んでください。")))
    found.head["as_on"] = read_day(data.get("as_on", ""))
    if found.head["as_on"] is None:
        found.problems.append(("#as_on", _("いつの数かを選んでください。")))
    elif found.head["as_on"] > today:
        found.problems.append(("#as_on", _("先の日付の表は取り込めません。")))
    if content is None:
        found.problems.append(("#file", _("取り込むファイルを選んでください。")))
        return found
    found.head["digest"] = hashlib.sha256(content).hexdigest()
    _read_rows(content, found)
    if found.findings:
        words = {"count": len(found.findings)}
        found.problems.append(("#file", _("直すところが%(count)s件あるため、取り込んでいません。") % words))
    return found


def _read_rows(content: bytes, found: ReadTable) -> None:
    try:
        table = read_table(content)
        _read_table(table.rows, found)
    except UnreadableTable as error:
        found.findings.append((error.line, "", error.sentence))


def _read_table(rows: Rows, found: ReadTable) -> None:
    _line, header = next(rows, (1, []))
    places = {
        name: next(header.index(word) for word in words if word in header)
        for name, words in COLUMNS.items()
        if any(word in header for word in words)
    }
    for name in NEEDED:
        if name not in places:
            sentence = _("列が見つかりません。1行目に「%(name)s」と書いてください。") % {
                "name": COLUMNS[name][0]
            }
            found.findings.append((1, COLUMNS[name][0], sentence))
    if found.findings:
        return
    seen: dict[str, int] = {}
    for line, cells in rows:
        plain = {n: cells[at] if at < len(cells) else "" for n, at in places.items()}
        _read_row(plain, line, seen, found)
    values = [row["value"] for row in found.rows if row["value"] is not None]
    if found.head.get("unit") in ("%", "％") and values and max(values) <= 1:
        sentence = _(
            "値がどれも1以下です。Excelで％表示の列は、80.2のような数に直してから取り込んでください。"
        )
        found.findings.append((2, COLUMNS["value"][0], sentence))
    if not seen:
        found.findings.append((2, "", _("2行目から先に団体がありません。")))


def _read_row(plain: Mapping[str, str], line: int, seen: dict[str, int], found: ReadTable) -> None:
    row: dict[str, Any] = {
        "city_code": narrow_ascii(plain["city_code"]),
        "city_name": plain["city_name"][:60],
    }
    if not row["city_name"]:
        found.findings.append((line, COLUMNS["city_name"][0], _("団体名を入れてください。")))
    if row["city_code"][2:5] == "000":
        sentence = _("都道府県の行です。市区町村だけにしてください。")
        found.findings.append((line, COLUMNS["city_code"][0], sentence))
    elif not is_local_government_code(row["city_code"]):
        sentence = _("6桁の団体コードではないか、検査数字が合いません。")
        found.findings.append((line, COLUMNS["city_code"][0], sentence))
    elif row["city_code"] in seen:
        words = {"line": seen[row["city_code"]]}
        found.findings.append((line, COLUMNS["city_code"][0], _("%(line)s行目と同じ団体です。") % words))
    seen.setdefault(row["city_code"], line)
    for name in ("population", "numerator", "denominator", "value"):
        text = narrow_ascii(plain.get(name, "")).strip().removesuffix("%")
        row[name] = None
        if not text and name != "value":
            continue
        row[name] = read_whole(text, 0, 10**9) if name == "population" else read_number(text)
        if row[name] is None or row[name] < 0:
            sentence = _("0以上の数ではありません。単位や注を消してください。")
            found.findings.append((line, COLUMNS[name][0], sentence))
    if found.head.get("unit") in ("%", "％") and (sentence := _why_no_share(row, plain["value"])):
        found.findings.append((line, COLUMNS["value"][0], sentence))
    found.rows.append(row)


MOST_DECIMALS = 6  # a spreadsheet writes as many as its binary fractions have


def _why_no_share(row: Mapping[str, Any], written: str) -> str:
    """What is wrong where a share is not its parts divided, as far as it is written; "" while parts are missing."""
    part, whole, share = (row[name] for name in ("numerator", "denominator", "value"))
    if part is None or whole is None or share is None:
        return ""
    if whole == 0:
        return _("分母が0です。値を計算できません。")
    decimals = min(len(narrow_ascii(written).removesuffix("%").strip().partition(".")[2]), MOST_DECIMALS)
    if abs(share - 100 * part / whole) < 10**-decimals:  # rounded or cut off
        return ""
    return _("分子÷分母は%(share)s%%で、値と合いません。") % {"share": f"{100 * part / whole:.{decimals}f}"}


def read_issued(content: bytes) -> tuple[dict[date, tuple[int, int]], list[tuple[int, str, str]]]:
    """Cards issued by month: columns 年月 (2021-04), 成人, 未成年."""
    issued: dict[date, tuple[int, int]] = {}
    findings: list[tuple[int, str, str]] = []
    try:
        rows = read_table(content).rows
        _line, header = next(rows, (1, []))
        for name in ("年月", "成人", "未成年"):
            if name not in header:
                sentence = _("列が見つかりません。1行目に「%(name)s」と書いてください。")
                findings.append((1, name, sentence % {"name": name}))
        if not findings:
            _read_months(header, rows, issued, findings)
    except UnreadableTable as error:
        findings.append((error.line, "", error.sentence))
    return issued, findings


def _read_months(
    header: list[str], rows: Rows, issued: dict[date, tuple[int, int]], findings: list[tuple[int, str, str]]
) -> None:
    for line, cells in rows:
        row = {name: cells[at] if at < len(cells) else "" for at, name in enumerate(header)}
        month = read_day(f"{narrow_ascii(row['年月'])[:7]}-01")  # Excel makes a day of it
        if month is None:
            findings.append((line, "年月", _("2021-04の形で書いてください。")))
            continue
        counts = {name: read_whole(row[name] or "0", 0, 10**8) for name in ("成人", "未成年")}
        wrong = [name for name, count in counts.items() if count is None]
        findings += [(line, name, _("枚数を0以上の整数で書いてください。")) for name in wrong]
        if month in issued:
            findings.append((line, "年月", _("同じ月が二度あります。")))
        issued[month] = (counts["成人"] or 0, counts["未成年"] or 0)
