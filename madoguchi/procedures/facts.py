"""What the city has approved to be said of a procedure: the answers its definition writes, and those it implies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from madoguchi.common.jinja2env import yen
from madoguchi.common.registers import ApprovedFact
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Department
from madoguchi.procedures import queries
from madoguchi.procedures.definition import CONFIRMED, Clock, Definition, Document, Fee, Text
from madoguchi.procedures.models import ProcedureVersion

TO_COMPLETE = "to_complete"  # the mark of what the section still has to confirm
PARTS = {"what": "summary", "who": "who", "until": "until"}


@dataclass(frozen=True, slots=True)
class Said:
    """A question and its answer in the language at hand; `about` makes them one fact over versions and languages."""

    about: str
    question: str
    answer: str
    mark: str = ""


def approved_facts(language: str) -> Iterator[ApprovedFact]:
    """Everything that may be said of what is offered today, in one language."""
    offers = queries.offers()
    codes = queries.departments_of(offers)
    departments = organization.departments(codes.values())
    versions = ProcedureVersion.objects.in_bulk([offer.version_id for offer in offers])
    with translation.override(language):
        for offer in offers:
            version = versions[offer.version_id]
            code = codes[offer.procedure_id]
            for said in facts_of(
                offer.definition, language, is_open=offer.is_open, department=departments.get(code)
            ):
                yield ApprovedFact(
                    key=f"{offer.procedure_id}:{said.about}",
                    question=said.question,
                    answer=said.answer,
                    language=language,
                    subject=offer.procedure_id,
                    source=offer.definition.current_name.of(language),
                    address=reverse("procedures:page", args=[offer.procedure_id]),
                    department_code=code,
                    version=offer.number,
                    approved_by=version.approved_by,
                    approved_at=version.published_at,
                    mark=said.mark,
                )


def facts_of(
    definition: Definition, language: str, *, is_open: bool, department: Department | None
) -> Iterator[Said]:
    """What one definition says, first in the words of its writers; a text that lacks this language is left out."""
    for one in definition.answers:
        if one.question.has(language) and one.answer.has(language):
            about = f"answer-{sha256(one.question.encode()).hexdigest()[:8]}"
            yield Said(
                about, one.question.of(language), one.answer.of(language), mark_of(definition, "answers")
            )
    name = definition.current_name.of(language)
    for about, question, text in (
        ("what", _("「%(name)s」はどんな手続ですか") % {"name": name}, definition.summary),
        ("who", _("「%(name)s」はだれができますか") % {"name": name}, definition.who.may_file),
        ("until", _("「%(name)s」はいつまでにしますか") % {"name": name}, definition.until),
    ):
        if text and text.has(language):
            yield Said(about, question, text.of(language), mark_of(definition, PARTS[about]))
    yield from _implied(definition, language, name, is_open=is_open, department=department)


def _implied(
    definition: Definition, language: str, name: str, *, is_open: bool, department: Department | None
) -> Iterator[Said]:
    things = [*definition.bring, *(document.label for document in definition.documents)]
    if things and all(thing.has(language) for thing in things):
        question = _("「%(name)s」に用意するものは何ですか") % {"name": name}
        lines = [thing.of(language) for thing in definition.bring]
        lines += [paper_line(paper, language) for paper in definition.documents]
        answer = "\n".join(f"・{line}" for line in lines)
        yield Said("bring", question, answer, mark_of(definition, "bring", "documents"))
    question = _("「%(name)s」の手数料はいくらですか") % {"name": name}
    yield Said("fee", question, fee_sentence(definition.fee, language), fee_mark(definition))
    question = _("「%(name)s」は何日かかりますか") % {"name": name}
    yield Said("days", question, days_sentence(definition.clock, language), days_mark(definition))
    question = _("「%(name)s」はオンラインでできますか") % {"name": name}
    yield Said("online", question, _("オンラインで受け付けています。") if is_open else _closed())
    if department is not None:
        question = _("「%(name)s」の担当はどこですか") % {"name": name}
        where = " ".join(part for part in (department.name, department.place, department.phone) if part)
        yield Said("department", question, where)


def _closed() -> str:
    return _("この手続は、いまオンラインでは受け付けていません。担当の窓口にお問い合わせください。")


def mark_of(definition: Definition, *parts: str, mark: str = "") -> str:
    """The mark of what these parts say; `TO_COMPLETE` where the section still has to confirm one of them."""
    waiting = {one.about for one in definition.to_complete}
    return TO_COMPLETE if waiting & set(parts) else mark


def fee_mark(definition: Definition) -> str:
    """How certain the fee is."""
    return mark_of(definition, "fee", mark=definition.fee.mark)


def days_mark(definition: Definition) -> str:
    """How certain the period is."""
    return mark_of(definition, "clock", mark=definition.clock.mark)


def is_confirmed(mark: str) -> bool:
    """Whether nothing of what carries this mark is still to be confirmed."""
    return mark in ("", *CONFIRMED)


def paper_line(paper: Document, language: str) -> str:
    """A paper with who needs it and when, as the page of the procedure says it."""
    some = _("（あてはまる方だけ）") if is_for_some(paper) else ""
    later = _("（あとから出せます）") if paper.may_follow else ""
    return f"{paper.label.of(language)}{some}{later}"


def is_for_some(paper: Document) -> bool:
    """Whether not everybody hands it in."""
    return paper.when is not None or paper.required is not True


def fee_sentence(fee: Fee, language: str) -> str:
    """What it costs, its note, and who pays less, a line each."""
    if fee.expression is not None:
        amount = _("内容によって変わります")
    else:
        amount = yen(fee.yen) if fee.yen else _("かかりません")
    exemptions = [f"・{one.label.of(language)}" for one in fee.exemptions]
    return "\n".join([_with_note(amount, fee.note, language), *exemptions])


def days_sentence(period: Clock, language: str) -> str:
    """How long it takes at most, with the note."""
    if period.unit == "business_days":
        said = _("受け付けてから、開庁日で%(days)s日以内です。") % {"days": period.days}
    else:
        said = _("受け付けてから、%(days)s日以内です。") % {"days": period.days}
    return _with_note(said, period.note, language)


def _with_note(said: str, note: Text, language: str) -> str:
    return f"{said}\n{note.of(language)}" if note else said
