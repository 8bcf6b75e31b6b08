"""The columns of an inventory file: headers of the national survey (行政手続等の棚卸調査 令和7年度) and short ones.

Code lists: digital-go-jp/administrative-procedures-mcp, datasets/procedures-survey-r7 (653a58a, 2026; repository MIT,
data PDL 1.0). What only a city notes (department, law that forbids, effort) has headers of our own.
"""

from __future__ import annotations

import unicodedata

from madoguchi.procedures.inventory.desk_column import BODIES, Column
from madoguchi.procedures.inventory.desk_survey_columns import MORE

KINDS = {
    "1": "申請等",
    "2-1": "申請等に基づく処分通知等",
    "2-2": "申請等に基づかない処分通知等",
    "2-3": "交付等（民間手続）",
    "3": "縦覧等",
    "4": "作成・保存等",
}
FEES = {"1": "手数料等無し", "2": "手数料等有り"}
IDENTITY_METHODS = {
    "1": "押印＋印鑑証明",
    "2": "押印",
    "3": "署名",
    "4": "本人確認書類の提示・提出",
    "5": "その他",
    "6": "本人確認不要",
}
EFFORTS = {"small": "小", "middle": "中", "large": "大"}


def _plain(header: str) -> str:
    """A header without blanks, its brackets and digits in one width: people write both."""
    return "".join(unicodedata.normalize("NFKC", header).split())


def known_as(header: str) -> Column | None:
    """The column that a header of a file means."""
    return _BY_HEADER.get(_plain(header))


COLUMNS = (
    Column("survey_id", ("手続ID",), most=40),
    Column("name", ("手続名",), required=True),
    Column("law", ("法令名", "根拠法令")),
    Column("article", ("根拠条項号", "条項"), most=200),
    Column("kind", ("手続類型", "類型"), required=True, codes=KINDS, kind="code"),
    Column("department_code", ("担当部署", "部署コード", "部署"), required=True, kind="department"),
    Column("filer", ("手続主体", "だれが"), codes=BODIES, kind="code"),
    Column("life_events", ("手続が行われるイベント(個人)", "ライフイベント"), most=200),
    Column("cases", ("総手続件数", "年間件数"), kind="count"),
    Column("online_cases", ("オンライン手続件数", "オンライン件数"), kind="count"),
    Column("fee", ("手数料等の納付有無", "手数料"), codes=FEES, kind="code"),
    Column(
        "identity_method",
        ("申請等における本人確認手法", "本人確認"),
        codes=IDENTITY_METHODS,
        kind="code",
    ),
    Column("documents", ("申請時に添付させる書類", "添付書類"), most=2000),
    Column("procedure_id", ("定義ID",), most=80, kind="procedure"),
    Column("forbidden", ("オンライン不可",), kind="tick"),
    Column("forbidden_reason", ("オンライン不可の理由",)),
    Column("forbidden_law", ("オンライン不可の根拠法令",)),
    Column("effort", ("手間",), codes=EFFORTS, kind="code"),
    Column("effort_reason", ("手間の理由",)),
    *MORE,
)
BY_NAME = {column.name: column for column in COLUMNS}
_BY_HEADER = {_plain(header): column for column in COLUMNS for header in column.headers}
# Columns that only make sense together: a file that has one of them has them all.
TOGETHER = (
    ("cases", "online_cases"),
    ("forbidden", "forbidden_reason", "forbidden_law"),
    ("effort", "effort_reason"),
)
