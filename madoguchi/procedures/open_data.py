"""The procedures as open data: the list, the papers, the questions and answers; and one procedure whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from madoguchi.common import clock
from madoguchi.common.registers import Column, Dataset, Value
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.procedures import facts, queries
from madoguchi.procedures.definition import CONFIRMED, LANGUAGES, Definition, Text
from madoguchi.procedures.models import ProcedureVersion

KINDS_OF_ACT = {"application": "申請", "notification": "届出", "offer": "申出"}
PERIODS = {"standard": "標準処理期間", "statutory": "法定の期間"}
DAYS = {"business_days": "開庁日", "calendar_days": "暦日"}
CYCLE = "手続の公開、変更、受付終了のつど"


def address_of(procedure_id: str) -> str:
    """Where the page of a procedure stands, for those who read it from elsewhere."""
    return settings.BASE_URL + reverse("procedures:page", args=[procedure_id])


def published() -> dict[str, datetime]:
    """When the version that is offered today was published, by the id of the procedure."""
    versions = {offer.version_id: offer.procedure_id for offer in queries.offers()}
    rows = ProcedureVersion.objects.filter(id__in=list(versions)).values_list("id", "published_at")
    return {versions[version_id]: at for version_id, at in rows}


def _procedures() -> Iterator[tuple[Value, ...]]:
    offers = queries.offers()
    codes = queries.departments_of(offers)
    departments = organization.departments(codes.values())
    days = published()
    for offer in offers:
        definition, fee = offer.definition, offer.definition.fee
        code = codes[offer.procedure_id]
        department = departments.get(code)
        yield (
            offer.procedure_id,
            str(definition.current_name),
            str(definition.title),
            definition.kana,
            str(definition.summary),
            KINDS_OF_ACT[definition.kind_of_act],
            ";".join(f"{law.name} {law.article}".strip() for law in definition.law),
            ";".join("有" if law.mark in CONFIRMED else "無" for law in definition.law),
            code,
            department.name if department else "",
            department.phone if department else "",
            ";".join(definition.life_events),
            str(definition.who.may_file),
            str(definition.until),
            ";".join(definition.bring),
            fee.yen if fee.expression is None else None,
            str(fee.note),
            facts.is_confirmed(facts.fee_mark(definition)),
            definition.clock.days,
            DAYS[definition.clock.unit],
            PERIODS[definition.clock.kind],
            facts.is_confirmed(facts.days_mark(definition)),
            offer.is_open,
            definition.priority,
            len(unconfirmed(definition)),
            offer.number,
            clock.tokyo_date(days[offer.procedure_id]),
            address_of(offer.procedure_id),
        )


def unconfirmed(definition: Definition) -> list[str]:
    """What nobody has confirmed yet (staff wrote it, in Japanese): what is to be completed, articles not read in the law."""
    unread = [law for law in definition.law if law.mark not in CONFIRMED]
    return [one.text for one in definition.to_complete] + [
        f"根拠となる法令の「{law.name} {law.article}」は、条文で確かめていません。" for law in unread
    ]


def _papers() -> Iterator[tuple[Value, ...]]:
    for offer in queries.offers():
        for paper in offer.definition.documents:
            yield (
                offer.procedure_id,
                str(offer.definition.current_name),
                paper.id,
                str(paper.label),
                str(paper.proves),
                str(paper.hint),
                facts.is_for_some(paper),
                paper.required is not False,
                paper.may_follow,
            )


def _answers() -> Iterator[tuple[Value, ...]]:
    for language in LANGUAGES:
        for fact in facts.approved_facts(language):
            yield (
                fact.key,
                fact.subject,
                language,
                fact.question,
                fact.answer,
                facts.is_confirmed(fact.mark),
                fact.version,
                clock.tokyo_date(fact.approved_at),
            )


PROCEDURE = (Column("procedure_id", "手続ID", "変わらない識別子"), Column("name", "手続名", "いまの名前"))

DATASETS = {
    "procedures": Dataset(
        "手続の一覧",
        "市がオンラインで案内している手続です。名前、根拠、担当、期限、手数料、かかる日数、受付の有無。",
        (
            *PROCEDURE,
            Column("title", "正式名称"),
            Column("kana", "手続名_カナ"),
            Column("summary", "概要"),
            Column("kind_of_act", "種別", "申請、届出、申出"),
            Column("laws", "根拠法令", "複数のときは;で区切る"),
            Column("laws_confirmed", "条文の確認", "根拠法令と同じ順。条文で確かめたものは有"),
            Column("department_code", "担当部署コード"),
            Column("department", "担当部署"),
            Column("telephone", "電話番号"),
            Column("life_events", "できごと", "暮らしのできごとの識別子。複数のときは;で区切る"),
            Column("who", "手続ができる方"),
            Column("until", "期限"),
            Column("bring", "用意するもの", "複数のときは;で区切る"),
            Column("fee_yen", "手数料_円", "内容で変わるときは空欄"),
            Column("fee_note", "手数料_備考"),
            Column("fee_confirmed", "手数料_確認済み"),
            Column("days", "処理期間_日数"),
            Column("days_unit", "処理期間_数え方", "暦日、開庁日"),
            Column("days_kind", "処理期間_種類", "標準処理期間、法定の期間"),
            Column("days_confirmed", "処理期間_確認済み"),
            Column("online", "オンライン受付"),
            Column("priority", "優先手続番号", "地方公共団体が優先的にオンライン化すべき手続の番号"),
            Column("unconfirmed", "確認中の件数", "まだ確かめていない事項の数"),
            Column("version", "版"),
            Column("published_on", "公開日"),
            Column("address", "URL"),
        ),
        _procedures,
        CYCLE,
    ),
    "documents": Dataset(
        "手続で出す書類の一覧",
        "それぞれの手続で出す書類と、その書類で確かめることです。",
        (
            *PROCEDURE,
            Column("document_id", "書類ID", "手続の中で変わらない識別子"),
            Column("document", "書類名"),
            Column("proves", "確かめること"),
            Column("note", "備考"),
            Column("only_some", "あてはまる方だけ"),
            Column("required", "必須"),
            Column("may_follow", "あとから出せる"),
        ),
        _papers,
        CYCLE,
    ),
    "answers": Dataset(
        "手続のよくある質問と答え",
        "手続の内容として市が承認した質問と答えです。日本語、英語、やさしい日本語。",
        (
            Column("key", "質問ID", "版や言語が変わっても同じ。質問を書き換えると変わる"),
            Column("procedure_id", "手続ID"),
            Column("language", "言語", "ja、en、ja-easy（やさしい日本語）"),
            Column("question", "質問"),
            Column("answer", "答え"),
            Column("confirmed", "確認済み", "まだ確かめていないものは無"),
            Column("version", "版"),
            Column("approved_on", "承認日"),
        ),
        _answers,
        CYCLE,
    ),
}


def whole(offer: queries.Offer) -> dict[str, Any]:
    """Everything the page of a procedure says, in each of its languages."""
    definition = offer.definition
    code = queries.department_of(definition)
    return {
        "id": definition.id,
        "version": offer.number,
        "published_on": clock.tokyo_date(published()[offer.procedure_id]).isoformat(),
        "digest": definition.digest,
        "address": address_of(definition.id),
        "answers_schema": settings.BASE_URL + reverse("procedures:answers-schema", args=[definition.id]),
        "licence": "CC-BY-4.0",
        "online": offer.is_open,
        "name": _languages(definition.current_name),
        "title": _languages(definition.title),
        "summary": _languages(definition.summary),
        "kind_of_act": definition.kind_of_act,
        "priority": definition.priority,
        "life_events": list(definition.life_events),
        "who": {
            "may_file": _languages(definition.who.may_file),
            "representatives": [
                {"id": one.id, "label": _languages(one.label), "mandate": one.mandate}
                for one in definition.who.representatives
            ],
        },
        "until": _languages(definition.until),
        "bring": [_languages(thing) for thing in definition.bring],
        "documents": [
            {
                "id": paper.id,
                "label": _languages(paper.label),
                "proves": _languages(paper.proves),
                "only_some": facts.is_for_some(paper),
                "may_follow": paper.may_follow,
            }
            for paper in definition.documents
        ],
        "fee": _fee(definition),
        "period": {
            "days": definition.clock.days,
            "unit": definition.clock.unit,
            "kind": definition.clock.kind,
            "law": definition.clock.law,
            "mark": definition.clock.mark,
        },
        "law": [{"name": law.name, "article": law.article, "mark": law.mark} for law in definition.law],
        "unconfirmed": unconfirmed(definition),
        "answers": [
            {"question": _languages(one.question), "answer": _languages(one.answer)}
            for one in definition.answers
        ],
        "department": _department(code, organization.departments([code]).get(code)),
    }


def _fee(definition: Definition) -> dict[str, Any]:
    fee = definition.fee
    return {
        "yen": fee.yen if fee.expression is None else None,
        "note": _languages(fee.note),
        "mark": fee.mark,
        "exemptions": [
            {"id": one.id, "label": _languages(one.label), "percent": one.percent, "mark": one.mark}
            for one in fee.exemptions
        ],
    }


def _department(code: str, department: Department | None) -> dict[str, str]:
    if department is None:
        return {"code": code}
    return {
        "code": code,
        "name": department.name,
        "place": department.place,
        "telephone": department.phone,
        "hours": department.hours,
    }


def _languages(text: Text) -> dict[str, str]:
    """The text in each language it exists in; {} for none."""
    return {language: text.of(language) for language in LANGUAGES if text and text.has(language)}
