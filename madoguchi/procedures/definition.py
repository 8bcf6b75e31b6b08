"""A procedure definition in its compiled, immutable form: what every counter derives its pages from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from madoguchi.procedures.conditions import Condition
from madoguchi.procedures.expressions import Expression

JAPANESE = "ja"
LANGUAGES = ("ja", "en", "ja-easy")
PREFILL_SOURCES = (
    "applicant.name",
    "applicant.birth_date",
    "applicant.address",
    "applicant.phone",
    "applicant.email",
)

# Kinds whose answer no sentence of a letter can hold: files, a list of people, nothing at all.
UNSAID = ("file", "photo", "group", "statement")

NONE: Mapping[str, str] = MappingProxyType({})

Mark = Literal["seen", "verified", "general_knowledge", "third_party"]
CONFIRMED: tuple[Mark, ...] = ("seen", "verified")  # all other marks are still to be confirmed
KindOfAct = Literal["application", "notification", "offer"]
Outcome = Literal["granted", "accepted", "refused", "dismissed", "returned"]
Effect = Literal["stop", "warn"]
Completes = Literal["online", "at_counter"]
FeeTiming = Literal["before_decision", "at_handing_over"]
StepKind = Literal["visit", "opinion", "board", "inspection"]


class Text(str):
    """A Japanese text that carries its translations: `label` is the Japanese, `label.of("en")` the English."""

    __slots__ = ("others",)
    others: Mapping[str, str]

    def __new__(cls, japanese: str = "", others: Mapping[str, str] = NONE) -> Text:
        text = super().__new__(cls, japanese)
        text.others = others
        return text

    def of(self, lang: str) -> str:
        """The text in this language, or the Japanese where no translation exists."""
        return self.others.get(lang) or str(self)

    def has(self, lang: str) -> bool:
        """Whether the text exists in this language (a page marks a fallback with lang="ja")."""
        return lang == JAPANESE or lang in self.others


EMPTY = Text()


@dataclass(frozen=True, slots=True)
class Law:
    name: str
    article: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Representative:
    """Someone who may file for the applicant; with `mandate` a letter of attorney (委任状) is needed."""

    id: str
    label: Text
    hint: Text
    mandate: bool


@dataclass(frozen=True, slots=True)
class Who:
    may_file: Text
    representatives: tuple[Representative, ...]


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """Who may not file (stop) or should think twice (warn), and why."""

    id: str
    when: Condition
    effect: Effect
    message: Text


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    label: Text
    hint: Text = EMPTY
    when: Condition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question under its stable id; what only some kinds use keeps its empty value elsewhere."""

    id: str
    kind: str
    label: Text
    section_id: str
    group_id: str | None = None  # the group whose members are asked this
    hint: Text = EMPTY
    required: bool | Condition = True
    when: Condition | None = None
    error: Text = EMPTY  # own sentence for "missing"
    personal: bool = True
    autocomplete: str = ""  # "on": the kind's own tokens; else one HTML autocomplete token
    prefill: str = ""  # one of PREFILL_SOURCES
    means: str = ""  # what it asks in any procedure: a role (group), a fact (member), role.fact (elsewhere)
    read_only: bool = False
    computed: Expression | None = None
    options: tuple[Option, ...] = ()
    min: int | str | None = None  # integer, yen, group: int; decimal: str; date: ISO date or "today"
    max: int | str | None = None
    max_length: int | None = None
    pattern: re.Pattern[str] | None = None
    pattern_message: Text = EMPTY
    characters: str = "any"  # text: any | katakana | digits | ascii
    unit: Text = EMPTY  # integer, decimal: shown behind the field
    places: int | None = None  # decimal: digits behind the point
    unknown_allowed: bool = False  # date: 不詳
    account_types: tuple[str, ...] = ()
    owner_must_be_applicant: bool = False
    accept: tuple[str, ...] = ()
    max_files: int | None = None
    item_label: Text = EMPTY
    questions: tuple[Question, ...] = ()  # group
    stock: str = ""  # slot: which places of the city are offered
    first_days: int = 0  # slot: so many days ahead the first day may be chosen
    last_days: int | None = None  # slot: so many days ahead the last one; None: as far as the stock goes
    change_days: int = 1  # slot: until so many days before, who filed may change or cancel it
    control: Mapping[str, Any] = field(default_factory=dict)  # what its kind tells the widget

    def option(self, option_id: str) -> Option | None:
        """The option of this id, if the question has it."""
        return next((option for option in self.options if option.id == option_id), None)


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One topic, one page; it holds either ordinary questions or exactly one group."""

    id: str
    title: Text
    intro: Text
    when: Condition | None
    questions: tuple[Question, ...]

    @property
    def group(self) -> Question | None:
        """The repeating group of this section, if it is one."""
        first = self.questions[0] if self.questions else None
        return first if first is not None and first.kind == "group" else None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper to attach, and which fact it proves."""

    id: str
    label: Text
    proves: Text
    hint: Text
    when: Condition | None
    required: bool | Condition
    may_follow: bool
    accept: tuple[str, ...]
    max_files: int


@dataclass(frozen=True, slots=True)
class Entitlement:
    label: Text
    expression: Expression
    unit: str
    note: Text


@dataclass(frozen=True, slots=True)
class FeeExemption:
    """Who pays less (減免): `percent` of the fee are taken off; the label says why."""

    id: str
    when: Condition
    percent: int
    label: Text
    mark: Mark


@dataclass(frozen=True, slots=True)
class Fee:
    """A fixed amount (`yen`) or a rule (`expression`), and who pays less: the first exemption that holds.

    `due` says by when it is to be paid: before a decision in favour is proposed, or when what was asked for is handed
    out.
    """

    yen: int
    expression: Expression | None
    note: Text
    mark: Mark = "general_knowledge"
    exemptions: tuple[FeeExemption, ...] = ()
    due: FeeTiming = "at_handing_over"

    @property
    def is_free(self) -> bool:
        """Whether nobody ever pays."""
        return self.expression is None and not self.yen


@dataclass(frozen=True, slots=True)
class ToComplete:
    """What the section still has to complete or confirm: a part of the definition or an id, and what about it."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class ClockExtension:
    """What lets the city extend a period by a notice (延長通知); `max_days` None where the law sets no most."""

    max_days: int | None
    law: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Clock:
    kind: Literal["standard", "statutory"]
    days: int
    unit: Literal["calendar_days", "business_days"]
    pauses_when_returned: bool
    law: str
    note: Text
    mark: Mark
    extension: ClockExtension | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    id: str
    label: Text
    who: str


@dataclass(frozen=True, slots=True)
class CorrectionReason:
    id: str
    label: Text
    text: Text


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """One way a case can end; a refusal states its reason and carries its appeal (教示)."""

    id: str
    label: Text
    outcome: Outcome
    notice: str
    reason_required: bool
    appeal: str
    reason_hint: str = ""  # what the reason must name, for the officer who drafts


@dataclass(frozen=True, slots=True)
class Delegation:
    """What lets the approver decide in the mayor's place (専決)."""

    basis: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Substitute:
    """Who decides while the approver is absent (代決)."""

    role: str
    post: str = ""


@dataclass(frozen=True, slots=True)
class Consulted:
    """A department that is asked before a decision (合議), and within how many open days it answers."""

    department: str
    role: str
    days: int
    post: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who drafts, is consulted and approves (起案・合議・決裁); empty `decisions` means all of them.

    `at_least` and `below` bound the entitlement, `provided` is a condition on the answers. `sample` is how many of
    a hundred must be opened before they are approved together, 0 where that is not done.
    """

    decisions: tuple[str, ...]
    drafter: str
    approver: str
    at_least: int | None = None
    below: int | None = None
    provided: Condition | None = None
    department: str = ""  # "": the department of the case
    post: str = ""
    delegation: Delegation | None = None
    substitute: Substitute | None = None
    consult: tuple[Consulted, ...] = ()
    in_turn: bool = False
    sample: int = 100
    draft: str = ""

    @property
    def is_limited(self) -> bool:
        """Whether it is only for some amounts or answers."""
        return self.at_least is not None or self.below is not None or self.provided is not None


@dataclass(frozen=True, slots=True)
class StepLetter:
    """What who is asked reads: an official letter, always Japanese."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class StepSheet:
    """The sheet to take along (調査票): these answers of the filing, then the questions of the result as blanks."""

    title: str
    note: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MonthsAfter:
    """The months begin on the day after this answer of the filing (更新), where the condition holds; else when it was filed."""

    question: str
    when: Condition | None


@dataclass(frozen=True, slots=True, eq=False)
class ExternalStep:
    """Work of a review that others do (訪問調査, 意見書, 審査会, 現地調査): who, by when, what comes back.

    Staff alone read it, so its texts have no translations. `before`: decisions that wait for it; `after`: steps that
    are done first; `decision_from`, `months_from`: questions of the result that name a decision and its months.
    """

    id: str
    title: str
    kind: StepKind
    by: tuple[str, ...]
    due_days: int
    mark: Mark
    when: Condition | None = None
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    result: tuple[Question, ...] = ()
    decision_from: str = ""
    months_from: str = ""
    months_after: MonthsAfter | None = None
    letter: StepLetter | None = None
    sheet: StepSheet | None = None
    agenda: tuple[str, ...] = ()  # board: answers that stand on its agenda; names only where asked for

    def question(self, question_id: str) -> Question | None:
        """The question of the result with this id."""
        return next((question for question in self.result if question.id == question_id), None)


@dataclass(frozen=True, slots=True)
class DisasterFacts:
    """Which answers bind a filing to a disaster: the day of the damage, and the address of what was damaged."""

    day: str
    place: str


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A decided case is looked at again on request (再調査の依頼); `within_days` None: there is no last day."""

    label: str
    within_days: int | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class Workflow:
    stages: tuple[Stage, ...]
    correction_reasons: tuple[CorrectionReason, ...]
    decisions: tuple[DecisionKind, ...]
    approvals: tuple[Approval, ...]
    place: str = ""  # the question whose address says where the case is; empty: the applicant's
    external_steps: tuple[ExternalStep, ...] = ()
    disaster: DisasterFacts | None = None
    second_look: SecondLook | None = None

    def external_step(self, step_id: str) -> ExternalStep | None:
        """The external step of this id."""
        return next((step for step in self.external_steps if step.id == step_id), None)

    def decision(self, decision_id: str) -> DecisionKind | None:
        """The decision kind of this id."""
        return next((kind for kind in self.decisions if kind.id == decision_id), None)

    def approvals_of(self, decision_id: str) -> tuple[Approval, ...]:
        """The approval chains of this decision in the order of trying: those that name it, then those for all."""
        named = tuple(chain for chain in self.approvals if decision_id in chain.decisions)
        return named + tuple(chain for chain in self.approvals if not chain.decisions)

    def approval_of(self, decision_id: str) -> Approval | None:
        """The approval chain of this decision whatever its amount and answers: the first without limits."""
        return next((chain for chain in self.approvals_of(decision_id) if not chain.is_limited), None)


@dataclass(frozen=True, slots=True)
class Addition:
    """The part of a letter that its drafter may change: what it is called, and the words proposed for it."""

    label: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoticeText:
    id: str
    title: Text
    body: Text
    addition: Addition | None = None


@dataclass(frozen=True, slots=True)
class Appeal:
    id: str
    to: str
    text: Text
    law: tuple[Law, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom letters go in place of the applicant: the name this question asks for, where the condition holds."""

    question_id: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Outputs:
    notices: tuple[NoticeText, ...]
    appeals: tuple[Appeal, ...]
    next_steps: Text
    sender: str = "{city}長"
    addressees: tuple[Addressee, ...] = ()
    letter_name: str = ""  # what letters call the procedure where its title must not be read by others

    def notice(self, notice_id: str) -> NoticeText | None:
        """The notice text of this id."""
        return next((notice for notice in self.notices if notice.id == notice_id), None)

    def appeal(self, appeal_id: str) -> Appeal | None:
        """The 教示 of this id."""
        return next((appeal for appeal in self.appeals if appeal.id == appeal_id), None)


@dataclass(frozen=True, slots=True)
class ExportField:
    """One column for the core system: what it is called there, where its value comes from, how it is written."""

    name: str
    source: str = ""  # question id, "question.subfield", an applicant fact or one of the filing; "": `value`
    value: str = ""  # always the same
    date: str = ""  # how a day is written: iso | slash | compact | wareki | wareki_short
    kana: str = ""  # half | full
    codes: Mapping[str, str] = field(
        default_factory=lambda: NONE
    )  # option id -> what the core system calls it
    as_label: bool = False  # the label of an option in place of its id
    members: int = 0  # CSV, from a group: so many columns, one for each member; 0: as many as the group takes


@dataclass(frozen=True, slots=True)
class Export:
    """How approved cases are handed over to a core system (基幹システム)."""

    target: str
    format: str
    fields: tuple[ExportField, ...]
    encoding: str = "utf-8"
    line_end: str = "crlf"
    header: bool = True
    per: str = "batch"  # one file for a batch, or for each case
    file_name: str = ""  # without its ending, with {procedure} {date} {batch} {receipt}
    decisions: tuple[str, ...] = ()  # which decision kinds; (): those in favour of the person
    example: bool = False  # the names of the columns are made up: the core system decides


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    question: Text
    answer: Text


@dataclass(frozen=True, eq=False)
class Definition:
    """One version of a procedure, compiled once, never changed; two are equal only when they are the same."""

    language: int
    id: str
    title: Text
    current_name: Text
    kana: str
    summary: Text
    words: tuple[str, ...]
    law: tuple[Law, ...]
    kind_of_act: KindOfAct
    department: str
    life_events: tuple[str, ...]
    who: Who
    bring: tuple[Text, ...]
    until: Text
    eligibility: tuple[EligibilityRule, ...]
    sections: tuple[Section, ...]
    documents: tuple[Document, ...]
    entitlement: Entitlement | None
    fee: Fee
    clock: Clock
    workflow: Workflow
    outputs: Outputs
    export: Export | None
    answers: tuple[ApprovedAnswer, ...]
    texts: Mapping[str, Text] = field(repr=False)  # every text by its key ("question.cause.label")
    digest: str = ""  # SHA-256 of the source
    to_complete: tuple[ToComplete, ...] = ()
    completes: Completes = "online"  # at_counter: only that somebody will come is told online
    priority: int | None = None  # its number among the national list of priority procedures
    blocks: tuple[str, ...] = ()  # the blocks it uses

    def text(self, lang: str, key: str, default: str = "") -> str:
        """The text under this key: requested language, else Japanese, else the default."""
        text = self.texts.get(key)
        return default if text is None else text.of(lang)

    def question(self, question_id: str) -> Question:
        """The question of this id, also inside a group; KeyError when there is none."""
        return self._by_id[question_id]

    def has_question(self, question_id: str) -> bool:
        """Whether the definition knows this question."""
        return question_id in self._by_id

    def all_questions(self) -> Iterator[Question]:
        """Every question in the order of asking, a group before its members' questions."""
        return iter(self._by_id.values())

    def section(self, section_id: str) -> Section:
        """The section of this id; KeyError when there is none."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def document(self, document_id: str) -> Document:
        """The document of this id; KeyError when there is none."""
        for document in self.documents:
            if document.id == document_id:
                return document
        raise KeyError(document_id)

    def fact_question(self, source: str) -> Question | None:
        """The first question outside groups that is prefilled from this fact ("applicant.name", …)."""
        return self._by_fact.get(source)

    @cached_property
    def _by_fact(self) -> Mapping[str, Question]:
        asked = [question for section in self.sections for question in section.questions]
        return {question.prefill: question for question in reversed(asked) if question.prefill}

    @cached_property
    def _by_id(self) -> Mapping[str, Question]:
        by_id: dict[str, Question] = {}
        for section in self.sections:
            for question in section.questions:
                by_id[question.id] = question
                by_id.update((inner.id, inner) for inner in question.questions)
        return by_id
