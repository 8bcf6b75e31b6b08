"""The kinds of achievement records (実績), with the fields each asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
HELD_ON = _("実施日")
USED_UNTIL = _("終わりの日（使うのをやめた日）")
FieldKind = Literal["text", "long", "number", "people", "check", "choice", "system", "bar"]


@dataclass(frozen=True, slots=True)
class Field:
    """One further field of a kind; numbers are whole, from `low` to `high`."""

    name: str
    label: Words
    kind: FieldKind = "text"
    required: bool = True
    hint: Words = ""
    low: int = 0
    high: int = 10_000_000
    choices: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: what its title, day and end are called, and its further fields."""

    id: str
    name: Words
    title: Words
    day: Words = HELD_ON
    lasts: bool = False  # in force until an end day
    end: Words = USED_UNTIL
    place: bool = False
    fields: tuple[Field, ...] = ()


_PROCEDURE = _("手続の名称")
_SINCE = _("オンラインで申請できるようになった日")

KINDS: tuple[Kind, ...] = (
    Kind("priority_procedure", _("優先27手続のオンライン化"), _PROCEDURE, _SINCE, lasts=True),
    Kind("online_procedure", _("手続のオンライン化"), _PROCEDURE, _SINCE, lasts=True),
    Kind(
        "card_procedure",
        _("マイナンバーカードを使える手続"),
        _PROCEDURE,
        _("使えるようになった日"),
        lasts=True,
    ),
    Kind(
        "procedure",
        _("手続の棚卸し"),
        _PROCEDURE,
        _("調べた日"),
        lasts=True,
        fields=(
            Field("barred", _("法令によりオンライン化できない"), "check", required=False),
            Field(
                "barred_by",
                _("その法令の条項"),
                required=False,
                hint=_("チェックを入れたときは、必ず書いてください。"),
            ),
        ),
    ),
    Kind("dataset", _("オープンデータの公開"), _("データの名称"), _("公開した日"), lasts=True),
    Kind(
        "system",
        _("基幹業務システムの標準化"),
        _("システムの名称"),
        _("標準に適合したシステムへ移った日"),
        lasts=True,
        fields=(
            Field("system", _("基幹業務"), "system"),
            Field("cloud", _("クラウドで動いている"), "check", required=False),
        ),
    ),
    Kind("operation", _("AI-OCR・RPAを使う業務"), _("業務の名称"), _("使い始めた日"), lasts=True),
    Kind(
        "hours",
        _("減らした業務時間"),
        _("業務の名称"),
        _("期間の最後の日"),
        fields=(
            Field("minutes_before", _("導入前の1件あたりの時間（分）"), "number", high=100_000),
            Field(
                "minutes_after",
                _("導入後の1件あたりの時間（分）"),
                "number",
                high=100_000,
                hint=_("導入前より長くなったときも、そのまま書いてください。減らした時間から差し引きます。"),
            ),
            Field("cases", _("件数"), "number", low=1),
        ),
    ),
    Kind(
        "policy",
        _("EBPMによる計画・施策"),
        _("計画・施策の名称"),
        _("決定した日"),
        fields=(Field("data", _("使ったデータと分析"), "long"),),
    ),
    Kind(
        "security_training",
        _("情報セキュリティ研修"),
        _("研修の名称"),
        place=True,
        fields=(
            Field("taken", _("受けた職員の数"), "number", low=1, high=100_000),
            Field("passed", _("理解を確かめた職員の数"), "number", high=100_000),
        ),
    ),
    Kind(
        "training",
        _("デジタル人材の研修"),
        _("研修の名称"),
        place=True,
        fields=(
            Field("rank", _("対象の階層・役割"), required=False),
            Field(
                "people",
                _("受けた職員の職員番号"),
                "people",
                hint=_("1行に1人ずつ書いてください。番号は、もとに戻せない形にして保存します。"),
            ),
        ),
    ),
    Kind(
        "workshop",
        _("デジタル活用講座"),
        _("講座の名称"),
        _("開催日"),
        place=True,
        fields=(
            Field("attendees", _("参加者の数"), "number", high=100_000),
            Field("audience", _("対象"), required=False),
        ),
    ),
    Kind(
        "helper",
        _("デジタル活用支援員・団体"),
        _("団体・支援員の呼び名"),
        _("活動を始めた日"),
        lasts=True,
    ),
    Kind(
        "telework",
        _("テレワーク"),
        _("件名"),
        _("期間の最後の日"),
        fields=(
            Field("days", _("延べ日数"), "number", high=1_000_000),
            Field("against", _("できなかった理由"), "long", required=False),
        ),
    ),
    Kind(
        "milestone",
        _("工程の開始・完了"),
        _("件名"),
        _("開始または完了の日"),
        fields=(
            Field("bar", _("工程"), "bar"),
            Field(
                "event",
                _("開始か完了か"),
                "choice",
                choices=(("started", _("開始")), ("finished", _("完了"))),
            ),
        ),
    ),
)

BY_ID = {kind.id: kind for kind in KINDS}
