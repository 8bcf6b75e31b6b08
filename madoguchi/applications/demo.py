"""The demo city's applications: in every state, with their histories, made from synthetic residents."""

from __future__ import annotations

import itertools
import random
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import models

from madoguchi.applications import demo_chain, demo_fees, demo_many, demo_slots, demo_steps, letters, rules
from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.actions.protection import carry
from madoguchi.applications.demo_papers import paper_of
from madoguchi.applications.demo_talk import talk_about
from madoguchi.applications.models import (
    Application,
    Attachment,
    BoardMeeting,
    CaseEvent,
    Channel,
    Correction,
    CorrectionItem,
    Decision,
    Disaster,
    DocumentCounter,
    InternalNote,
    OpinionRequest,
    RetentionAssignment,
    RetentionClass,
    Slot,
    Status,
)
from madoguchi.applications.secrets import receipt_secret
from madoguchi.audit import actions as audit
from madoguchi.common import clock, kernel
from madoguchi.common.ids import id_at, secret_digest
from madoguchi.common.registers import DemoSize
from madoguchi.identity import queries as identity
from madoguchi.identity.actions.restrictions import add_restriction
from madoguchi.identity.models import Resident, Restriction, Staff
from madoguchi.identity.rules import Relation, RestrictionReason, Sex
from madoguchi.japan.check_digits import new_receipt_number
from madoguchi.japan.eras import to_wareki
from madoguchi.japan.fiscal import fiscal_year
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.logic import evaluate
from madoguchi.procedures.queries import Offer
from madoguchi.procedures.sampling import NoSample, filing_like_a_sample

# How many of a hundred stand where; the rest is closed.
SHARES = (
    (Status.FILED, 18),
    (Status.IN_REVIEW, 22),
    (Status.RETURNED, 10),
    (Status.PROPOSED, 8),
    (Status.WITHDRAWN, 4),
    (Status.CLOSED, 38),
)
CHANNELS = (Channel.WEB,) * 8 + (Channel.PAPER, Channel.COUNTER)
PER_UNIT = 50
MANY = 5_000  # more cases are made after the pattern of others
APPLICANTS = 20_000  # more people do not file, however many cases there are
ACTOR = "system:demo"
# What the made-up officers write, by the procedure and what the decision means; the rest gets the last one.
REASONS = {
    (
        "child-allowance-claim",
        "refused",
    ): "請求者が公務員であり、勤務先から支給を受けることが確認されたため。",
    ("care-certification", "granted"): "認定調査と主治医意見書に基づく介護認定審査会の判定によるため。\n"
    "認定の有効期間は、申請の日から6か月（月の途中の申請では、その月の末日までを加える。）とする。",
    (
        "care-certification",
        "refused",
    ): "認定調査と主治医意見書に基づき、介護認定審査会が非該当と判定したため。",
    ("disaster-certificate", "refused"): "調査の結果、被害が災害の前からの傷みによるものと認められたため。",
}
# Half of what is filed is of these, as long as they are offered: with what hangs on them there is more to try.
MAIN = ("child-allowance-claim", "care-certification", "disaster-certificate")
REASON = "書類を求めましたが、期限までに提出がなく、内容を確かめられなかったため。"


def load(size: DemoSize) -> None:
    """Add `size.applications` applications of all published procedures, deterministic by seed and day."""
    offers = [offer for offer in procedures.offers() if offer.is_open]
    turns = max(size.applications // min(max(len(offers), 1), 2 * len(MAIN)), 1)
    adults = _applicants(min(turns, APPLICANTS))
    if not offers or not adults or not size.applications:
        return
    chance = random.Random(f"applications:{size.seed}")  # noqa: S311  # the same seed gives the same city
    # Nothing has happened yet today: at any hour of the day the same seed gives the same city.
    maker = Maker(chance, datetime.combine(clock.today(), time(), tzinfo=clock.TOKYO).astimezone(UTC))
    unit = kernel.Unit()
    maker.protected = _protected(unit, adults, now=maker.now)
    maker.tells_all = size.applications <= MANY
    demo_steps.prepare(unit, maker, [offer.definition for offer in offers])
    demo_slots.prepare(unit, maker, [offer.definition for offer in offers])
    kernel.commit(unit)
    elders = _elders(min(turns, APPLICANTS), years=80 if size.applications > MANY else 70) or adults
    groups = [(o, elders if "care" in o.definition.life_events else adults) for o in offers]
    if size.applications > MANY:
        turns_taken = in_turn([offer.procedure_id for offer in offers])
        demo_many.load(size.applications, maker, groups, turns_taken)
    else:
        _load_each(size.applications, maker, groups)
    demo_steps.bind(maker)
    demo_slots.finish(maker)
    unit = kernel.Unit()
    for key, last in maker.numbers.items():
        unit.insert(DocumentCounter(id=key, last=last))
    _keep_five_years(unit, [offer.procedure_id for offer in offers], now=maker.now)
    kernel.commit(unit)


def _load_each(count: int, maker: Maker, groups: Sequence[tuple[Offer, Sequence[Resident]]]) -> None:
    unit = kernel.Unit()
    for number, (place, turn) in zip(
        range(count), in_turn([offer.procedure_id for offer, _ in groups]), strict=False
    ):
        offer, people = groups[place]
        resident = people[turn % len(people)]
        try:
            history = maker.make(offer.definition, offer.version_id, resident, number)
        except NoSample:
            continue
        for row in history.written():
            unit.insert(row)
        maker.protect(unit, history.application, resident)
        if number % PER_UNIT == PER_UNIT - 1:
            kernel.commit(unit)
            unit = kernel.Unit()
    kernel.commit(unit)


def in_turn(procedure_ids: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which procedure is filed next, by its place, and how often it was before; without end."""
    main = [place for place, one in enumerate(procedure_ids) if one in MAIN]
    others = [place for place in range(len(procedure_ids)) if place not in main]
    turns: Counter[int] = Counter()
    for number in itertools.count():
        kind = main if (main and number % 2) or not others else others
        place = kind[turns.total() // 2 % len(kind)] if main and others else kind[number % len(kind)]
        yield place, turns[place]
        turns[place] += 1


def _keep_five_years(unit: kernel.Unit, procedure_ids: list[str], *, now: datetime) -> None:
    """An example of a class: how long a city keeps what, its own rules say (文書管理規程)."""
    kept_as = RetentionClass(
        id="five-years",
        title="5年保存（例）",
        years=5,
        basis="市の文書管理規程で決めます（例）",
        changed_at=now,
    )
    unit.insert(kept_as, unless_exists=True)
    for procedure_id in procedure_ids:
        row = RetentionAssignment(procedure_id=procedure_id, retention_class=kept_as, changed_at=now)
        unit.insert(row, unless_exists=True)


def _applicants(most: int) -> list[Resident]:
    """Mothers of an age to have children, as the written samples have them; in a tiny city whoever there is."""
    today = clock.today()
    of_age = {"birth_on__range": (today - timedelta(days=48 * 365), today - timedelta(days=20 * 365))}
    mothers = Resident.objects.filter(sex=Sex.FEMALE, **of_age).order_by("public_id")[:most]
    return list(mothers) or list(Resident.objects.filter(relation=Relation.HEAD).order_by("public_id")[:most])


def _elders(most: int, *, years: int) -> list[Resident]:
    """People of an age to need care, as the written samples have them, and had when they filed."""
    of_age = {"birth_on__lte": clock.today() - timedelta(days=years * 365)}
    return list(Resident.objects.filter(**of_age).order_by("public_id")[:most])


def _protected(unit: kernel.Unit, adults: list[Resident], *, now: datetime) -> dict[str, Restriction]:
    """The protections (支援措置) of residents, by subject. One who files has one: every city shows such a case."""
    today = clock.tokyo_date(now)
    found = {
        r.subject: r for r in identity.restrictions_in_force(today).filter(subject__startswith="resident:")
    }
    if not any(adult.subject in found for adult in adults):
        first = adults[0].subject
        found[first] = add_restriction(
            unit,
            subject=first,
            until=None,
            reason=RestrictionReason.PARTNER_VIOLENCE,
            responsible_department="residents",
            by=ACTOR,
            now=now,
        )
    return found


def facts_of(resident: Resident) -> dict[str, Any]:
    """A resident as canonical answers, by prefill source."""
    return {
        "applicant.name": {
            "family": resident.family_name,
            "given": resident.given_name,
            "family_kana": resident.family_kana,
            "given_kana": resident.given_kana,
        },
        "applicant.birth_date": resident.birth_on.isoformat(),
        "applicant.address": {
            "postal_code": resident.postal_code,
            "prefecture": resident.prefecture,
            "city": resident.city,
            "city_code": resident.city_code,
            "town": resident.town,
            "rest": resident.rest,
            "building": resident.building,
        },
        "applicant.phone": "0190000000",
        "applicant.email": f"{resident.public_id.lower()}@example.jp",
    }


class Maker:
    """Makes the rows of one application after another, as the actions would have written them."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance = chance
        self.now = now
        self.today = clock.tokyo_date(now)
        self.closed_days = organization.closed_days()
        self.numbers: dict[str, int] = {}
        self.people: dict[tuple[str, str], list[Staff]] = {}
        self.names: dict[str, str] = {}
        self.prefixes: dict[str, str] = {}
        self.protected: dict[str, Restriction] = {}
        self.tells_all = (
            True  # also what no repetition has: letters to others, agenda, steps of decided cases
        )
        self.meetings: dict[str, BoardMeeting] = {}  # by procedure
        self.disasters: dict[str, Disaster] = {}  # by procedure
        self.slots: list[Slot] = []  # those of the demo places around today
        self.agenda = 0
        self.turns: Counter[str] = Counter()
        self.departments = sorted(organization.department_codes())

    def new_id(self, at: datetime) -> uuid.UUID:
        return id_at(int(at.timestamp() * 1000), self.chance.getrandbits(80))

    def staff(self, department: str, role: Role) -> list[Staff]:
        key = (department, role)
        if key not in self.people:
            self.people[key] = organization.staff_with_role(department, role, self.today)
        return self.people[key]

    def name(self, department: str) -> str:
        """What a department is called, asked once."""
        if department not in self.names:
            self.names[department] = organization.department(department).name
        return self.names[department]

    def turn(self, procedure_id: str) -> int:
        """Which of five ways the next open case of a procedure stands with what others do for it."""
        self.turns[procedure_id] += 1
        return (self.turns[procedure_id] - 1) % 5

    def make(
        self,
        definition: Definition,
        version_id: uuid.UUID,
        resident: Resident,
        number: int,
        status: Status | None = None,
    ) -> History:
        """One application with its history, at a status of its own or that of chance. Raises `NoSample`."""
        officers = self.staff(definition.department, Role.OFFICER)
        approvers = self.staff(definition.department, Role.APPROVER)
        status = status or self._status()
        if not officers or (not approvers and status == Status.CLOSED):
            status = Status.FILED
        age_days = self._age_days(status)
        filed_at = self.now - timedelta(days=age_days, minutes=self.chance.randint(0, 600))
        answers = filing_like_a_sample(
            definition, number, today=clock.tokyo_date(filed_at), facts=facts_of(resident)
        )
        answers = demo_steps.as_damaged(self, definition, answers, filed_on=clock.tokyo_date(filed_at))
        answers = demo_slots.with_slot(self, definition, answers, filed_on=clock.tokyo_date(filed_at))
        channel = self.chance.choice(CHANNELS) if officers else Channel.WEB
        application = self._application(definition, version_id, answers, channel, filed_at)
        officer = self.chance.choice(officers) if officers else None
        if channel != Channel.WEB and officer is not None:
            application.entered_by = officer
        history = History(self, application, definition)
        history.event("filed", filed_at, application.entered_by, {"channel": channel, "incomplete": False})
        history.attach_papers(number)
        if status != Status.FILED and officer is not None:
            history.reach(status, officer)
            history.talk(officer)
        demo_slots.hold(history)
        demo_fees.charge(history, officer)
        return history

    def protect(self, unit: kernel.Unit, application: Application, resident: Resident) -> None:
        """Let the protection of a person go with their filing, as it would when it is filed; not with an anonymous one."""
        if resident.subject in self.protected and application.applicant_name:
            until, origin = self.protected[resident.subject].valid_until, resident.subject
            carry(unit, application, until=until, origin=origin, by=ACTOR, now=self.now)

    def _status(self) -> Status:
        drawn = self.chance.randrange(100)
        for status, share in SHARES:
            if drawn < share:
                return status
            drawn -= share
        return Status.CLOSED

    def _age_days(self, status: Status) -> int:
        """How long ago it was filed: most open cases are within their time, a few are not."""
        if status == Status.FILED:
            return self.chance.randint(0, 6)
        if status in (Status.CLOSED, Status.WITHDRAWN):
            return self.chance.randint(15, 80)
        return self.chance.randint(32, 40) if self.chance.random() < 0.06 else self.chance.randint(2, 27)

    def _application(
        self,
        definition: Definition,
        version_id: uuid.UUID,
        answers: dict[str, Any],
        channel: str,
        filed_at: datetime,
    ) -> Application:
        application_id = self.new_id(filed_at)
        facts = applicant_facts(definition, answers)
        received_on = clock.tokyo_date(filed_at)
        return Application(
            id=application_id,
            receipt_number=new_receipt_number(self.chance.randbytes(16)),
            secret_digest=secret_digest(receipt_secret(application_id)),
            procedure_id=definition.id,
            procedure_version_id=version_id,
            department_code=definition.department,
            channel=channel,
            status=Status.FILED,
            status_since=filed_at,
            filed_at=filed_at,
            received_on=received_on,
            due_on=rules.due_on(
                clock=definition.clock, received_on=received_on, closed_days=self.closed_days
            ),
            filed_answers=answers,
            answers=answers,
            **facts.columns,
            email=facts.email,
        )

    def document_number(self, department_code: str, day: date) -> str:
        """The next document number of a department."""
        year = fiscal_year(day)
        if department_code not in self.prefixes:
            self.prefixes[department_code] = letters.document_prefix(department_code)
        prefix = self.prefixes[department_code]
        key = f"{prefix}:{year}"
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return rules.fiscal_document_number(
            prefix=prefix,
            era_year=to_wareki(date(year, 4, 1)).year,
            number=self.numbers[key],
        )


class History:
    """What happened to one application, written at the end in an order the database accepts."""

    def __init__(self, maker: Maker, application: Application, definition: Definition) -> None:
        self.maker = maker
        self.application = application
        self.definition = definition
        self.at = application.filed_at
        self.rows: list[Any] = []
        self.events: list[tuple[CaseEvent, str]] = []

    def event(self, kind: str, at: datetime, by: Staff | None, detail: Mapping[str, Any]) -> None:
        row = CaseEvent(
            id=self.maker.new_id(at),
            application=self.application,
            at=at,
            kind=kind,
            actor=by,
            detail=dict(detail),
        )
        self.events.append((row, f"staff:{by.id}" if by else "resident"))

    def later(self, share: float = 0.35) -> datetime:
        """A moment between the last one and now, within this share of what lies between them."""
        span = max((self.maker.now - self.at).total_seconds() * share, 60)
        self.at += timedelta(seconds=self.maker.chance.uniform(30, span))
        return self.at

    def move(
        self,
        kind: str,
        to: Status | None,
        by: Staff | None,
        detail: Mapping[str, Any],
        *,
        share: float = 0.35,
    ) -> datetime:
        at = self.later(share)
        self.event(kind, at, by, detail)
        self.application.version += 1
        if to is not None:
            self.application.status = to
            self.application.status_since = at
        return at

    def reach(self, status: Status, officer: Staff) -> None:
        """Let the case go the usual way until it stands at `status`."""
        self.move("take", Status.IN_REVIEW, officer, {})
        self.application.holder = officer
        if self.maker.chance.random() < 0.25:
            note = InternalNote(
                id=self.maker.new_id(self.at),
                application=self.application,
                at=self.at,
                author=officer,
                text="電話で本人に確認しました。",
            )
            self.rows.append(note)
        if status in (Status.IN_REVIEW, Status.RETURNED):
            demo_steps.begin(self, officer)
        if status == Status.RETURNED:
            self._ask(officer)
        elif status == Status.WITHDRAWN:
            at = self.move("withdraw", Status.WITHDRAWN, None, {"reason": "引っ越すことになったため"})
            self.application.closed_at = at
        elif status in (Status.PROPOSED, Status.CLOSED):
            decision = self._propose(officer)
            if status == Status.CLOSED:
                self._decide(decision)
            else:
                self._consult(decision, is_answered=False)

    def talk(self, officer: Staff) -> None:
        """Let something be said about the case, now and then."""
        maker = self.maker
        for row in talk_about(
            maker.chance, self.application, officer, maker.departments, at=self.at, now=maker.now
        ):
            self.rows.append(row)
            if isinstance(row, OpinionRequest):
                self.event(
                    "ask_opinion",
                    row.asked_at,
                    officer,
                    {"departments": [row.department_code], "sections": []},
                )
                self.application.version += 1

    def attach_papers(self, number: int) -> None:
        """Attach a made-up paper for each document the filing calls for; every fifth case still lacks one."""
        evaluation = evaluate(self.definition, self.application.answers, today=self.application.received_on)
        for place, state in enumerate(s for s in evaluation.documents if s.required):
            if number % 5 == 4 and place == 0:
                continue
            paper = paper_of(str(state.document.label))
            self.rows.append(
                Attachment(
                    id=self.maker.new_id(self.application.filed_at),
                    owner_id=self.application.id,
                    document_id=state.document.id,
                    digest=paper.digest,
                    name=paper.name,
                    media_type=paper.media_type,
                    size=paper.size,
                    pages=paper.pages,
                    added_at=self.application.filed_at,
                )
            )

    def _ask(self, officer: Staff) -> None:
        correction_id = self.maker.new_id(self.at)
        at = self.move("return_for_correction", Status.RETURNED, officer, {"correction": str(correction_id)})
        reasons = self.definition.workflow.correction_reasons
        correction = Correction(
            id=correction_id,
            application=self.application,
            asked_at=at,
            asked_by=officer,
            answer_by_on=max(clock.tokyo_date(at), self.maker.today) + timedelta(days=rules.CORRECTION_DAYS),
        )
        questions = [
            q
            for q in self.application.answers
            if self.definition.has_question(q)
            and self.definition.question(q).kind not in ("group", "declaration", "statement", "slot")
            and self.definition.question(q).computed is None
        ]
        target = self.maker.chance.choice(questions)
        self.rows += [
            correction,
            CorrectionItem(
                id=self.maker.new_id(at),
                correction=correction,
                position=1,
                target="question",
                target_id=target,
                reason_code=reasons[0].id if reasons else "",
                before=self.application.answers.get(target),
            ),
        ]

    def _propose(self, officer: Staff) -> Decision:
        kinds = rules.decision_kinds(self.definition)
        granted = [k for k in kinds if k.outcome in ("granted", "accepted")]
        refused = [k for k in kinds if k not in granted]
        kind = self.maker.chance.choice(refused if refused and self.maker.chance.random() < 0.1 else granted)
        demo_steps.finish(self, officer, kind.id)
        decision = Decision(
            id=self.maker.new_id(self.at),
            application=self.application,
            kind=kind.id,
            outcome=kind.outcome,
            reason=REASONS.get((self.definition.id, kind.outcome), REASON)
            if rules.needs_reason(kind)
            else "",
            proposed_by=officer,
            proposed_by_name=officer.display_name,
        )
        decision.proposed_at = self.move("propose", Status.PROPOSED, officer, {"decision": str(decision.id)})
        demo_chain.draft(decision, self.application, self.definition, self.maker.name)
        self.rows.append(decision)
        return decision

    def _consult(self, decision: Decision, *, is_answered: bool) -> None:
        for one in demo_chain.consultations(
            decision, self.definition, self.maker.staff, self.maker.name, is_answered=is_answered
        ):
            one.id = self.maker.new_id(decision.proposed_at)
            self.rows.append(one)

    def _decide(self, decision: Decision) -> None:
        department = self.application.department_code
        approver = demo_chain.decider(
            decision, department, self.maker.staff, self.maker.name, self.maker.chance
        )
        self._consult(decision, is_answered=approver is not None)
        if approver is None:
            return
        detail = {"decision": str(decision.id), "kind": decision.kind, "as": decision.decided_as}
        at = self.move("decide", Status.CLOSED, approver, detail)
        day = clock.tokyo_date(at)
        number = self.maker.document_number(self.application.department_code, day)
        letter = letters.decision_notice(
            self.application, decision, document_number=number, decided_on=day, issued_at=at
        )
        decision.decided_by = approver
        decision.decided_by_name = approver.display_name
        decision.decided_at = at
        decision.due_on = self.application.due_on
        decision.document_number = number
        decision.notice = letters.stored(letter)
        demo_chain.read_later(decision, department, self.maker.staff, self.maker.name, now=self.maker.now)
        self.application.closed_at = at

    def written(self) -> Iterator[models.Model]:
        """All rows in an order the database accepts, each event with its audit entry."""
        yield self.application
        yield from self.rows
        for event, actor in self.events:
            yield event
            yield audit.entry(
                actor=actor,
                act="file" if event.kind == "filed" else event.kind,
                subject=f"application:{self.application.id}",
                now=event.at,
                detail={"demo": True},
            )
