"""From the source text to the immutable definition; all faults of a source are collected before it is refused."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import Any, cast

from madoguchi.common import yaml_source
from madoguchi.common.yaml_source import NotReadable, Source
from madoguchi.procedures import compiling_questions, compiling_steps, conditions, filer, placing
from madoguchi.procedures.definition import (
    Addition,
    Addressee,
    Appeal,
    Approval,
    ApprovedAnswer,
    Clock,
    ClockExtension,
    Completes,
    Consulted,
    CorrectionReason,
    DecisionKind,
    Definition,
    Delegation,
    Effect,
    EligibilityRule,
    Entitlement,
    Export,
    ExportField,
    Fee,
    FeeExemption,
    FeeTiming,
    KindOfAct,
    Law,
    Mark,
    NoticeText,
    Outcome,
    Outputs,
    Representative,
    Stage,
    Substitute,
    Text,
    ToComplete,
    Who,
    Workflow,
)
from madoguchi.procedures.findings import BrokenDefinition, Finding
from madoguchi.procedures.source_nodes import Node, Workshop

LANGUAGE = 1
MARKS = ("seen", "verified", "general_knowledge", "third_party")
KINDS_OF_ACT = ("application", "notification", "offer")
COMPLETED = ("online", "at_counter")
FEE_TIMINGS = ("before_decision", "at_handing_over")
OUTCOMES = ("granted", "accepted", "refused", "dismissed", "returned")
GROUP_MAX = 50
EXPORT_FORMATS = ("csv", "json")
EXPORT_ENCODINGS = ("utf-8", "utf-8-sig", "cp932")
LINE_ENDS = ("crlf", "lf")
DATE_FORMS = ("iso", "slash", "compact", "wareki", "wareki_short", "wareki_digits")


def compile_source(text: str) -> Definition:
    """The definition written in this YAML text; BrokenDefinition lists everything that is in the way."""
    try:
        source = yaml_source.read(text)
    except NotReadable as error:
        finding = Finding(error.line, "", error.code, error.message, "YAMLの書き方を直してください。")
        raise BrokenDefinition([finding]) from None
    whole = placing.in_place(source)
    if whole.faults:
        raise BrokenDefinition([Finding(f.line, "", f.code, f.message, f.mend) for f in whole.faults])
    digest = hashlib.sha256(text.encode()).hexdigest()
    return compile_data(whole.source, digest=digest, used=tuple(whole.used))


def compile_data(source: Source, *, digest: str = "", used: tuple[str, ...] = ()) -> Definition:
    """The definition in a source that has been read already and has its blocks, the `used` ones, in place."""
    translations = source.data.get("texts")
    tables = translations if isinstance(translations, dict) else {}
    shop = Workshop(source, {lang: table for lang, table in tables.items() if isinstance(table, dict)})
    compiling_questions.collect_ids(shop)
    if _has_representatives(source):
        shop.questions.update(filer.QUESTIONS)
    definition = _definition(Node(shop, source.data, ()), digest, used)
    if shop.findings:
        raise BrokenDefinition(sorted(shop.findings, key=lambda finding: finding.line))
    return definition


def _has_representatives(source: Source) -> bool:
    who = source.data.get("who")
    return isinstance(who, dict) and bool(who.get("representatives"))


def _definition(root: Node, digest: str, used: tuple[str, ...]) -> Definition:
    who = _who(root.child("who"))
    representatives = who.representatives
    first = (filer.section(representatives),) if representatives else ()
    mandate = filer.document(representatives)
    if root.integer("language") != LANGUAGE:
        root.fault(
            "language",
            "unknown_language",
            "この版の定義言語は知られていません。",
            f"「language: {LANGUAGE}」と書いてください。",
        )
    return Definition(
        language=LANGUAGE,
        id=root.string("id", needed=True),
        title=root.text("title", "title", needed=True),
        current_name=root.text("current_name", "current_name") or root.text("title", "title"),
        kana=root.string("kana"),
        summary=root.text("summary", "summary", needed=True),
        words=root.strings("words"),
        law=_laws(root),
        kind_of_act=cast("KindOfAct", root.one_of("kind_of_act", KINDS_OF_ACT)),
        department=root.string("department", needed=True),
        life_events=root.strings("life_events"),
        who=who,
        bring=tuple(root.shop.text(f"bring.{n}", text) for n, text in enumerate(root.strings("bring"))),
        until=root.text("until", "until"),
        eligibility=tuple(_eligibility(node) for node in root.children("eligibility")),
        sections=first + tuple(compiling_questions.section(node) for node in root.children("sections")),
        documents=((mandate,) if mandate else ())
        + tuple(compiling_questions.document(node) for node in root.children("documents")),
        entitlement=_entitlement(root.child("entitlement")),
        fee=_fee(root.child("fee")),
        clock=_clock(root),
        workflow=_workflow(root.child("workflow")),
        outputs=_outputs(root.child("outputs")),
        export=_export(root.child("export")),
        answers=tuple(
            ApprovedAnswer(
                node.text("question", f"answer.{n}.question", needed=True),
                node.text("answer", f"answer.{n}.answer", needed=True),
            )
            for n, node in enumerate(root.children("answers"))
        ),
        texts=root.shop.texts,
        digest=digest,
        to_complete=tuple(
            ToComplete(node.string("about", needed=True), node.string("text", needed=True))
            for node in root.children("to_complete")
        ),
        completes=cast("Completes", root.one_of("completes", COMPLETED, COMPLETED[0])),
        priority=root.integer("priority"),
        blocks=used,
    )


def _laws(node: Node) -> tuple[Law, ...]:
    return tuple(
        Law(
            law.string("name", needed=True),
            law.string("article"),
            cast("Mark", law.one_of("mark", MARKS, MARKS[2])),
        )
        for law in node.children("law")
    )


def _who(node: Node | None) -> Who:
    if node is None:
        return Who(Text(), ())
    return Who(
        node.text("may_file", "who.may_file"),
        tuple(_representative(n) for n in node.children("representatives")),
    )


def _representative(node: Node) -> Representative:
    key = f"who.representative.{(representative_id := node.identifier())}"
    return Representative(
        representative_id,
        node.text("label", f"{key}.label", needed=True),
        node.text("hint", f"{key}.hint"),
        node.boolean("mandate", True),
    )


def _eligibility(node: Node) -> EligibilityRule:
    rule_id = node.identifier()
    condition = node.condition("when")
    if condition is None and not node.has("when"):
        node.fault(
            "when",
            "missing_key",
            "「when」がありません。",
            "どんなときに当てはまるかを条件で書いてください。",
        )
    return EligibilityRule(
        rule_id,
        condition or conditions.AnyOf(()),
        cast("Effect", node.one_of("effect", ("stop", "warn"))),
        node.text("message", f"eligibility.{rule_id}.message", needed=True),
    )


def _entitlement(node: Node | None) -> Entitlement | None:
    if node is None:
        return None
    label = node.text("label", "entitlement.label", needed=True)
    expression = node.expression()
    note = node.text("note", "entitlement.note")
    if not node.has("expression"):
        node.fault("expression", "missing_key", "「expression」がありません。", "計算の式を書いてください。")
    return Entitlement(label, expression, node.string("unit", "yen"), note) if expression else None


def _fee(node: Node | None) -> Fee:
    if node is None:
        return Fee(0, None, Text())
    return Fee(
        node.integer("yen") or 0,
        node.expression(),
        node.text("note", "fee.note"),
        cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
        tuple(_exemption(one) for one in node.children("exemptions")),
        cast("FeeTiming", node.one_of("due", FEE_TIMINGS, FEE_TIMINGS[1])),
    )


def _exemption(node: Node) -> FeeExemption:
    exemption_id = node.identifier()
    return FeeExemption(
        exemption_id,
        node.condition("when") or conditions.AnyOf(()),
        node.integer("percent") or 0,
        node.text("label", f"fee.exemption.{exemption_id}.label", needed=True),
        cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
    )


def _clock(root: Node) -> Clock:
    node = root.child("clock")
    if node is None:
        root.fault(
            "clock", "missing_key", "「clock」がありません。", "標準処理期間か法定の期間を書いてください。"
        )
        node = Node(root.shop, {"days": 30}, ("clock",))
    return Clock(
        cast("Any", node.one_of("kind", ("standard", "statutory"), "standard")),
        node.integer("days") or 0,
        cast("Any", node.one_of("unit", ("calendar_days", "business_days"), "calendar_days")),
        node.boolean("pauses_when_returned", True),
        node.string("law"),
        node.text("note", "clock.note"),
        cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
        _clock_extension(node.child("extension")),
    )


def _clock_extension(node: Node | None) -> ClockExtension | None:
    if node is None:
        return None
    return ClockExtension(
        node.integer("max_days"),
        node.string("law", needed=True),
        cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
    )


def _workflow(node: Node | None) -> Workflow:
    if node is None:
        return Workflow((), (), (), ())
    return Workflow(
        tuple(
            Stage(
                stage_id := n.identifier(),
                n.text("label", f"stage.{stage_id}.label", needed=True),
                n.string("who"),
            )
            for n in node.children("stages")
        ),
        tuple(_correction(n) for n in node.children("correction_reasons")),
        tuple(_decision(n) for n in node.children("decisions")),
        tuple(_approval(n) for n in node.children("approval")),
        node.string("place"),
        tuple(compiling_steps.external_step(n) for n in node.children("external_steps")),
        compiling_steps.disaster(node.child("disaster")),
        compiling_steps.second_look(node.child("second_look")),
    )


def _correction(node: Node) -> CorrectionReason:
    key = f"correction.{(reason_id := node.identifier())}"
    return CorrectionReason(
        reason_id,
        node.text("label", f"{key}.label", needed=True),
        node.text("text", f"{key}.text", needed=True),
    )


def _decision(node: Node) -> DecisionKind:
    decision_id = node.identifier()
    return DecisionKind(
        decision_id,
        node.text("label", f"decision.{decision_id}.label", needed=True),
        cast("Outcome", node.one_of("outcome", OUTCOMES)),
        node.string("notice"),
        node.boolean("reason_required", False),
        node.string("appeal"),
        node.string("reason_hint"),
    )


def _approval(node: Node) -> Approval:
    decisions = () if node.data.get("when") in (None, "all") else node.strings("when")
    amount, substitute = node.child("amount"), node.child("substitute")
    return Approval(
        decisions,
        node.string("drafter", "officer"),
        node.string("approver", "approver"),
        amount.integer("at_least") if amount else None,
        amount.integer("below") if amount else None,
        node.condition("provided"),
        node.string("department"),
        node.string("post"),
        _delegation(node.child("delegation")),
        Substitute(substitute.string("role", needed=True), substitute.string("post")) if substitute else None,
        tuple(_consulted(n) for n in node.children("consult")),
        node.one_of("consult_order", ("together", "in_turn"), "together") == "in_turn",
        _sample(node),
        node.string("draft"),
    )


def _delegation(node: Node | None) -> Delegation | None:
    if node is None:
        return None
    return Delegation(node.string("basis", needed=True), cast("Mark", node.one_of("mark", MARKS, MARKS[2])))


def _consulted(node: Node) -> Consulted:
    return Consulted(
        node.string("department", needed=True),
        node.string("role", "head"),
        node.integer("days") or 1,
        node.string("post"),
    )


def _sample(node: Node) -> int:
    """How many of a hundred are opened before they are approved together."""
    if isinstance(node.data.get("batch"), dict):
        rule = node.child("batch")
        return (rule.integer("sample") if rule else None) or 100
    return 0 if node.one_of("batch", ("each", "never"), "each") == "never" else 100


def _outputs(node: Node | None) -> Outputs:
    if node is None:
        return Outputs((), (), Text())
    return Outputs(
        tuple(_notice(n) for n in node.children("notices")),
        tuple(_appeal(n) for n in node.children("appeals")),
        node.text("next_steps", "outputs.next_steps"),
        node.string("sender", "{city}長"),
        tuple(_addressee(n) for n in node.children("addressees")),
        node.string("letter_name"),
    )


def _addressee(node: Node) -> Addressee:
    return Addressee(node.string("name", needed=True), node.condition("when") or conditions.AnyOf(()))


def _notice(node: Node) -> NoticeText:
    key = f"notice.{(notice_id := node.identifier())}"
    return NoticeText(
        notice_id,
        node.text("title", f"{key}.title", needed=True),
        node.text("body", "", needed=True),
        _addition(node.child("addition")),
    )


def _addition(node: Node | None) -> Addition | None:
    return Addition(node.string("label", needed=True), node.string("text")) if node else None


def _appeal(node: Node) -> Appeal:
    appeal_id = node.identifier()
    return Appeal(
        appeal_id,
        node.string("to", needed=True),
        node.text("text", "", needed=True),
        _laws(node),
        cast("Mark", node.one_of("mark", MARKS, MARKS[2])),
    )


def _export(node: Node | None) -> Export | None:
    if node is None:
        return None
    return Export(
        target=node.string("target"),
        format=node.one_of("format", EXPORT_FORMATS, "csv"),
        fields=tuple(_export_field(n) for n in node.children("fields")),
        encoding=node.one_of("encoding", EXPORT_ENCODINGS, EXPORT_ENCODINGS[0]),
        line_end=node.one_of("line_end", LINE_ENDS, LINE_ENDS[0]),
        header=node.boolean("header", True),
        per=node.one_of("per", ("batch", "case"), "batch"),
        file_name=node.string("file_name"),
        decisions=node.strings("decisions"),
        example=node.boolean("example", False),
    )


def _export_field(node: Node) -> ExportField:
    return ExportField(
        name=node.string("name", needed=True),
        source=node.string("from"),
        value=node.string("value"),
        date=node.one_of("date", DATE_FORMS, "iso") if node.has("date") else "",
        kana=node.one_of("kana", ("half", "full"), "full") if node.has("kana") else "",
        codes=MappingProxyType({n.string("option"): n.string("code") for n in node.children("codes")}),
        as_label=node.string("as") == "label",
        members=node.integer("members") or 0,
    )
