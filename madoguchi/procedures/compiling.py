"""From the source text to the immutable definition; all faults of a source are collected before it is refused."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from madoguchi.procedures import conditions, filer, reading
from madoguchi.procedures.definition import (
    PREFILL_SOURCES,
    Appeal,
    Approval,
    ApprovedAnswer,
    Clock,
    CorrectionReason,
    DecisionKind,
    Definition,
    Document,
    Effect,
    EligibilityRule,
    Entitlement,
    Export,
    ExportField,
    Fee,
    KindOfAct,
    Law,
    Mark,
    NoticeText,
    Option,
    Outcome,
    Outputs,
    Question,
    Representative,
    Section,
    Stage,
    Text,
    Who,
    Workflow,
)
from madoguchi.procedures.findings import BrokenDefinition, Finding
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.reading import NotReadable, Source
from madoguchi.procedures.source_nodes import Node, Workshop

LANGUAGE = 1
MARKS = ("seen", "verified", "general_knowledge", "third_party")
KINDS_OF_ACT = ("application", "notification", "offer")
OUTCOMES = ("granted", "accepted", "refused", "dismissed", "returned")
GROUP_MAX = 50


def compile_source(text: str) -> Definition:
    """The definition written in this YAML text; BrokenDefinition lists everything that is in the way."""
    try:
        source = reading.read(text)
    except NotReadable as error:
        finding = Finding(error.line, "", error.code, error.message, "YAMLの書き方を直してください。")
        raise BrokenDefinition([finding]) from None
    return compile_data(source, digest=hashlib.sha256(text.encode()).hexdigest())


def compile_data(source: Source, *, digest: str = "") -> Definition:
    """The definition in a source that has been read already."""
    translations = source.data.get("texts")
    tables = translations if isinstance(translations, dict) else {}
    shop = Workshop(source, {lang: table for lang, table in tables.items() if isinstance(table, dict)})
    _collect_ids(shop)
    if _has_representatives(source):
        shop.questions.update(filer.QUESTIONS)
    definition = _definition(Node(shop, source.data, ()), digest)
    if shop.findings:
        raise BrokenDefinition(sorted(shop.findings, key=lambda finding: finding.line))
    return definition


def _collect_ids(shop: Workshop) -> None:
    """Note all ids first: conditions and expressions may only name what exists."""
    seen: set[str] = set()
    for section in Node(shop, shop.source.data, ()).children("sections"):
        for question in section.children("questions"):
            for node in (question, *question.children("questions")):
                question_id = node.data.get("id")
                if not isinstance(question_id, str):
                    continue
                if question_id in seen:
                    node.fault(
                        "id",
                        "duplicate_id",
                        f"id「{question_id}」が二度使われています。",
                        "別のidにしてください。",
                    )
                seen.add(question_id)
                if node.data.get("kind") == "decimal":
                    shop.decimals.add(question_id)
                if node is not question:
                    shop.members.setdefault(str(question.data.get("id")), set()).add(question_id)
                elif node.data.get("kind") == "group":
                    shop.members.setdefault(question_id, set())
                else:
                    shop.questions.add(question_id)
    shop.findings = list(dict.fromkeys(shop.findings))


def _has_representatives(source: Source) -> bool:
    who = source.data.get("who")
    return isinstance(who, dict) and bool(who.get("representatives"))


def _definition(root: Node, digest: str) -> Definition:
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
        current_name=root.text("current_name", "current_name"),
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
        sections=first + tuple(_section(node) for node in root.children("sections")),
        documents=((mandate,) if mandate else ())
        + tuple(_document(node) for node in root.children("documents")),
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


def _own_id(node: Node) -> str:
    """An id that the language has not kept for itself."""
    identifier = node.identifier()
    if filer.is_reserved(identifier):
        node.fault(
            "id",
            "reserved_id",
            f"id「{identifier}」は、手続をする方の質問のためのものです。",
            "別のidにしてください。",
        )
    return identifier


def _section(node: Node) -> Section:
    section_id = _own_id(node)
    questions = tuple(_question(child, section_id) for child in node.children("questions"))
    groups = [question for question in questions if question.kind == "group"]
    if groups and len(questions) > 1:
        node.fault(
            "questions",
            "group_not_alone",
            "繰り返し（group）は一つの節に一つだけ、単独で置きます。",
            "節を分けてください。",
        )
    if not questions:
        node.fault("questions", "empty_section", "質問のない節です。", "質問を加えるか、節を消してください。")
    return Section(
        section_id,
        node.text("title", f"section.{section_id}.title", needed=True),
        node.text("intro", f"section.{section_id}.intro"),
        node.condition("when"),
        questions,
    )


def _question(node: Node, section_id: str, group_id: str | None = None) -> Question:
    question_id = _own_id(node)
    node.question_id, node.group_id = question_id, group_id
    kind_name = node.string("kind", needed=True)
    kind = registry.KINDS.get(kind_name)
    if kind is None and kind_name:
        node.fault(
            "kind",
            "unknown_kind",
            f"種類「{kind_name}」はありません。",
            f"{'、'.join(registry.KINDS)}のどれかです。",
        )
    if kind_name == "group" and group_id is not None:
        node.fault(
            "kind", "group_in_group", "繰り返しの中に繰り返しは置けません。", "別の節に分けてください。"
        )
    key = f"question.{question_id}"
    computed = node.child("computed")
    prefill = node.child("prefill")
    question = Question(
        id=question_id,
        kind=kind_name,
        label=node.text("label", f"{key}.label", needed=True),
        section_id=section_id,
        group_id=group_id,
        hint=node.text("hint", f"{key}.hint"),
        required=node.required(),
        when=node.condition("when"),
        error=node.text("error", f"{key}.error"),
        personal=node.boolean("personal", kind.personal_by_default if kind else True),
        autocomplete=_autocomplete(node),
        prefill=prefill.one_of("from", PREFILL_SOURCES) if prefill else "",
        read_only=node.boolean("read_only", False),
        computed=computed.expression() if computed else None,
        options=tuple(_option(child, question_id) for child in node.children("options")),
        min=_limit(node, "min"),
        max=_limit(node, "max"),
        max_length=node.integer("max_length"),
        pattern=node.pattern(),
        pattern_message=node.text("pattern_message", f"{key}.pattern_message"),
        characters=node.one_of("characters", ("any", "katakana", "digits", "ascii"), "any"),
        unit=node.text("unit", f"{key}.unit"),
        places=node.integer("places"),
        unknown_allowed=node.boolean("unknown_allowed", False),
        account_types=node.strings("account_types"),
        owner_must_be_applicant=node.boolean("owner_must_be_applicant", False),
        accept=node.strings("accept"),
        max_files=node.integer("max_files"),
        item_label=node.text("item_label", f"{key}.item_label"),
        questions=tuple(_question(child, section_id, question_id) for child in node.children("questions")),
    )
    if kind is None:
        return question
    for fault in kind.faults(question):
        node.fault(fault.key, fault.code, fault.message, fault.mend)
    return registry.finished(question)


def _autocomplete(node: Node) -> str:
    if isinstance(node.data.get("autocomplete"), bool):
        return "on" if node.data["autocomplete"] else ""
    return node.string("autocomplete")


def _limit(node: Node, key: str) -> int | str | None:
    value = node.data.get(key)
    if value is None or (isinstance(value, int | str) and not isinstance(value, bool)):
        return value
    if isinstance(value, float):
        return repr(value)
    node.fault(key, "wrong_type", f"「{key}」は数か日付で書いてください。", "例: 1、2026-04-01、today")
    return None


def _option(node: Node, question_id: str) -> Option:
    option_id = str(node.data["id"]) if isinstance(node.data.get("id"), int) else node.identifier()
    key = f"option.{question_id}.{option_id}"
    return Option(
        option_id,
        node.text("label", key, needed=True),
        node.text("hint", f"{key}.hint"),
        node.condition("when"),
    )


def _document(node: Node) -> Document:
    document_id = _own_id(node)
    key = f"document.{document_id}"
    return Document(
        document_id,
        node.text("label", f"{key}.label", needed=True),
        node.text("proves", f"{key}.proves"),
        node.text("hint", f"{key}.hint"),
        node.condition("when"),
        node.required(),
        node.boolean("may_follow", False),
        node.strings("accept") or ("image", "pdf"),
        node.integer("max_files") or 5,
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
    return Fee(node.integer("yen") or 0, node.expression(), node.text("note", "fee.note"))


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
    )


def _approval(node: Node) -> Approval:
    decisions = () if node.data.get("when") in (None, "all") else node.strings("when")
    return Approval(decisions, node.string("drafter", "officer"), node.string("approver", "approver"))


def _outputs(node: Node | None) -> Outputs:
    if node is None:
        return Outputs((), (), Text())
    return Outputs(
        tuple(_notice(n) for n in node.children("notices")),
        tuple(_appeal(n) for n in node.children("appeals")),
        node.text("next_steps", "outputs.next_steps"),
    )


def _notice(node: Node) -> NoticeText:
    key = f"notice.{(notice_id := node.identifier())}"
    return NoticeText(
        notice_id,
        node.text("title", f"{key}.title", needed=True),
        node.text("body", "", needed=True),
    )


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
    fields = tuple(
        ExportField(n.string("name", needed=True), n.string("from", needed=True))
        for n in node.children("fields")
    )
    return Export(node.string("target"), node.string("format", "csv"), fields)
