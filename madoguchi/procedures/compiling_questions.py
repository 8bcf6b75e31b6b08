"""Sections, questions and documents of a definition, from the source to their compiled form."""

from __future__ import annotations

from madoguchi.procedures import filer
from madoguchi.procedures.definition import PREFILL_SOURCES, Document, Option, Question, Section
from madoguchi.procedures.kinds import registry
from madoguchi.procedures.source_nodes import Node, Workshop


def collect_ids(shop: Workshop) -> None:
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


def section(node: Node) -> Section:
    """One section as it is written."""
    section_id = _own_id(node)
    questions = tuple(question(child, section_id) for child in node.children("questions"))
    groups = [one for one in questions if one.kind == "group"]
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


def question(node: Node, section_id: str, group_id: str | None = None) -> Question:
    """One question as it is written, with what its kind finds wrong in it."""
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
    compiled = Question(
        id=question_id,
        kind=kind_name,
        label=node.text("label", f"{key}.label", needed=True),
        section_id=section_id,
        group_id=group_id,
        hint=node.text("hint", f"{key}.hint"),
        # A group that may have nobody is complete when nobody is listed.
        required=node.required() if kind_name != "group" or node.data.get("min") != 0 else False,
        when=node.condition("when"),
        error=node.text("error", f"{key}.error"),
        personal=node.boolean("personal", kind.personal_by_default if kind else True),
        autocomplete=_autocomplete(node),
        prefill=prefill.one_of("from", PREFILL_SOURCES) if prefill else "",
        means=node.string("means"),
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
        questions=tuple(question(child, section_id, question_id) for child in node.children("questions")),
        stock=node.string("stock"),
        first_days=node.integer("first_days") or 0,
        last_days=node.integer("last_days"),
        change_days=1 if (change_days := node.integer("change_days")) is None else change_days,
    )
    if kind is None:
        return compiled
    for fault in kind.faults(compiled):
        node.fault(fault.key, fault.code, fault.message, fault.mend)
    return registry.finished(compiled)


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


def document(node: Node) -> Document:
    """One document as it is written."""
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
