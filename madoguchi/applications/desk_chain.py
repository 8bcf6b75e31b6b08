"""The chain of a proposal in words: who drafted, was consulted, decides or decided, as they were called then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from madoguchi.applications.actions.consulting import may_pass_over
from madoguchi.applications.chain_permissions import can_be_answered, deciding_department, may_answer
from madoguchi.applications.chains import Capacity, Chain, Opinion, WhyPassOver, restored
from madoguchi.applications.models import Application, Consultation, Decision
from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras, jst
from madoguchi.identity.models import Staff
from madoguchi.organization import queries as organization
from madoguchi.organization.models import Role


def opinion_words(opinion: str) -> str:
    """What an opinion is called."""
    words = {
        Opinion.AGREED: _("同意"),
        Opinion.REMARKED: _("意見を付けて同意"),
        Opinion.DISAGREED: _("不同意"),
    }
    return words[Opinion(opinion)] if opinion else ""


def capacity_words(capacity: str) -> str:
    """How a decision was made; those from before there were chains were plain ones."""
    words = {Capacity.DELEGATE: _("専決"), Capacity.SUBSTITUTE: _("代決")}
    return words.get(Capacity(capacity), _("決裁")) if capacity else _("決裁")


def why_pass_over_words(why: WhyPassOver | None) -> str:
    """What lets an approver go on without a consent."""
    words = {
        WhyPassOver.LATE: _("回答の期限を過ぎています。"),
        WhyPassOver.NOBODY: _("部署の廃止や異動で、回答できる職員がいません。"),
        WhyPassOver.DISAGREED: _("不同意の回答がありました。"),
        WhyPassOver.HIDDEN: _("支援措置の対象のため、この部署は内容を見られません。"),
    }
    return words[why] if why else ""


def post_words(role: str, post: str) -> str:
    """What a post is called: as the definition says, else by its role."""
    return post or str(Role(role).label)


def decider_words(application: Application, proposal: Decision) -> str:
    """Who decides a proposal: department and post."""
    chain = restored(proposal.chain)
    department = organization.department(deciding_department(application, proposal)).name
    return f"{department} {post_words(chain.approver, chain.post)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain for the eye: what, by whom, when, with which words; `kind` is the mark's."""

    title: str
    who: str
    state: str
    kind: str
    at: datetime | None = None
    text: str = ""


def steps(application: Application, decision: Decision, consultations: Sequence[Consultation]) -> list[Step]:
    """The whole chain of a proposal, in its order."""
    rows = [
        Step(
            _("起案"),
            named(decision.proposed_by_post, decision.proposed_by_name),
            _("起案済み"),
            "success",
            decision.proposed_at,
        )
    ]
    rows += [_consulted(one) for one in consultations]
    rows.append(_deciding(application, decision))
    if decision.decided_as == Capacity.SUBSTITUTE:
        is_read = decision.read_later_at is not None
        rows.append(
            Step(
                _("後閲"),
                named(decision.read_later_by_post, decision.read_later_by_name)
                if is_read
                else decider_words(application, decision),
                _("後閲済み") if is_read else _("後閲待ち"),
                "success" if is_read else "warning",
                decision.read_later_at,
            )
        )
    return rows


def named(post: str, name: str) -> str:
    """Post and name as they were then."""
    return f"{post}　{name}" if post else name


def _consulted(one: Consultation) -> Step:
    who = f"{one.department_name} {post_words(one.role, one.post)}"
    texts = [_("もう一度求めた理由：%(text)s") % {"text": one.asked_because}] if one.asked_because else []
    if one.words:
        texts.append(one.words)
    if one.passed_over_because:
        words = {"name": one.passed_over_by_name, "text": one.passed_over_because}
        texts.append(_("合議を待たずに進めた理由（%(name)s）：%(text)s") % words)
    title = _("合議（%(n)s回目）") % {"n": one.round} if one.round > 1 else _("合議")
    if one.opinion:
        state, kind = opinion_words(one.opinion), "danger" if one.opinion == Opinion.DISAGREED else "success"
        who = named(one.answered_by_post, one.answered_by_name)
    elif one.passed_over_because:
        state, kind = _("回答なし"), "warning"
    elif one.replaced_at:
        state, kind = _("求め直し"), "neutral"
    elif not one.is_asked:
        state, kind = _("順番待ち"), "neutral"
    else:
        state, kind = _("回答待ち"), "progress"
        texts.append(_("回答の期限：%(day)s") % {"day": both_eras(one.answer_by_on)})
    return Step(title, who, state, kind, one.answered_at or one.passed_over_at, "\n".join(texts))


def _deciding(application: Application, decision: Decision) -> Step:
    chain = restored(decision.chain)
    title = _("専決") if chain.delegation else _("決裁")
    basis = _("専決の根拠：%(basis)s") % {"basis": chain.delegation} if chain.delegation else ""
    if decision.decided_at is not None:
        absence = _("代決の理由：%(text)s") % {"text": decision.absence} if decision.absence else ""
        return Step(
            capacity_words(decision.decided_as),
            named(decision.decided_by_post, decision.decided_by_name),
            _("決裁済み"),
            "success",
            decision.decided_at,
            "\n".join(filter(None, (basis, absence))),
        )
    if decision.sent_back_at is not None:
        return Step(
            _("引き戻し") if was_taken_back(decision) else _("差戻し"),
            decision.sent_back_by_name or decider_words(application, decision),
            _("決裁されていません"),
            "warning",
            decision.sent_back_at,
            decision.sent_back_reason,
        )
    return Step(title, decider_words(application, decision), _("決裁待ち"), "progress", None, basis)


def was_taken_back(decision: Decision) -> bool:
    """Whether the drafter took the proposal back themselves."""
    return decision.sent_back_at is not None and decision.sent_back_by_id == decision.proposed_by_id


def step_cells(rows: Sequence[Step]) -> list[list[object]]:
    """The steps as lines of a table."""
    return [
        [
            one.title,
            one.who,
            {"text": one.state, "tag": one.kind},
            jst(one.at, year=True) if one.at else "―",
            one.text or "―",
        ]
        for one in rows
    ]


def step_columns() -> list[str]:
    """The head of that table."""
    return [_("段階"), _("部署・職・氏名"), _("状態"), _("日時"), _("意見・理由")]


@dataclass(frozen=True, slots=True)
class ConsultedRow:
    """A consultation on the page of who decides: what may be done about it."""

    consultation: Consultation
    label: str
    state: str
    why_pass_over: str
    may_ask_again: bool


def consulted_rows(
    application: Application, consultations: Sequence[Consultation], *, now: datetime
) -> list[ConsultedRow]:
    """What who decides may do about each consultation."""
    return [
        ConsultedRow(
            one,
            f"{one.department_name} {post_words(one.role, one.post)}",
            _consulted(one).state,
            why_pass_over_words(may_pass_over(application, one, now=now)),
            bool(one.opinion) or one.is_settled,
        )
        for one in consultations
    ]


def planned(
    chain: Chain, application: Application, consultations: Sequence[Consultation], *, today: date
) -> list[str]:
    """Who will be asked and who decides, in sentences, before anything is proposed."""
    found = []
    for one in consultations:
        who = f"{one.department_name} {post_words(one.role, one.post)}"
        if one.opinion:
            found.append(_("合議：%(who)s（同じ内容に同意済みのため、求めません）") % {"who": who})
        elif not can_be_answered(one, today=today):
            found.append(
                _("合議：%(who)s（回答できる職員がいません。定義を直すよう、所管に知らせてください）")
                % {"who": who}
            )
        else:
            words = {"who": who, "days": one.days}
            found.append(_("合議：%(who)s（開庁日で%(days)s日以内）") % words)
    department = organization.department(chain.department or application.department_code).name
    words = {"who": f"{department} {post_words(chain.approver, chain.post)}"}
    found.append((_("専決：%(who)s") if chain.delegation else _("決裁：%(who)s")) % words)
    if chain.substitute:
        who = post_words(chain.substitute, chain.substitute_post)
        found.append(_("不在のときの代決：%(who)s") % {"who": who})
    return found


def answerable_by(staff: Staff, consultations: Sequence[Consultation]) -> Consultation | None:
    """The consultation that this person can answer now, if there is one."""
    today = clock.today()
    waiting = (one for one in consultations if one.is_asked and not one.opinion and not one.is_settled)
    return next((one for one in waiting if may_answer(staff, one, today=today)), None)
