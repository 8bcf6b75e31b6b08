"""External steps as the desk reads them: rows on the case, what is late, what keeps a decision waiting, why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from madoguchi.applications import external_queries as queries
from madoguchi.applications import external_results as results
from madoguchi.applications.desk_options import Option
from madoguchi.applications.external_rules import TAKES_RESULTS, Stand, Standing, is_near
from madoguchi.applications.models import Application, Attachment, Status, StepRequest, StepResult
from madoguchi.applications.permissions import may_act_on, may_handle
from madoguchi.common.jinja2env import both_eras
from madoguchi.identity.models import Staff
from madoguchi.procedures.definition import Definition, ExternalStep

State = StepRequest.State
SHOWN_KINDS = 2


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step on the case: where it stands in words, who does it, what came back."""

    step: ExternalStep
    request: StepRequest | None
    state: str
    kind: str  # of the tag
    is_late: bool
    note: str
    result: tuple[tuple[str, str], ...]
    ask_label: str  # "" where it cannot be asked for now
    why_not: str
    takes_result: bool
    older: tuple[StepRequest, ...] = ()


def step_rows(
    application: Application, definition: Definition, staff: Staff, *, today: date
) -> list[StepRow]:
    """Every step of a case, as this person may handle it: two questions, none where the definition has no steps."""
    if not definition.workflow.external_steps:
        return []
    requests = queries.requests_of(application)
    counting = queries.current(application, requests)
    acts = may_act_on(staff, application, today=today)
    handles = may_handle(staff, application, today=today)
    return [
        _row(standing, application, counting, requests, acts=acts, handles=handles, today=today)
        for standing in queries.standings_of(application, definition, counting)
    ]


def _row(
    standing: Standing,
    application: Application,
    counting: dict[str, StepRequest],
    requests: list[StepRequest],
    *,
    acts: bool,
    handles: bool,
    today: date,
) -> StepRow:
    step, request = standing.step, counting.get(standing.step.id)
    state, kind, late = _state(standing, request, today)
    why_not = why_not_ask(application, standing, acts=acts)
    label = ""
    if not why_not and step.kind != "board":
        label = _("もう一度頼む") if standing.stand == Stand.DONE else _("頼む")
    return StepRow(
        step=step,
        request=request,
        state=state,
        kind=kind,
        is_late=late,
        note=_note(standing),
        result=tuple(results.lines(step, request.result)) if request is not None else (),
        ask_label=label,
        why_not=why_not if standing.stand == Stand.READY else "",
        takes_result=handles and application.status in TAKES_RESULTS,
        older=tuple(one for one in requests if one.step_id == step.id and one is not request),
    )


def _state(standing: Standing, request: StepRequest | None, today: date) -> tuple[str, str, bool]:
    if standing.stand == Stand.NOT_NEEDED:
        return _("この申請では要りません"), "neutral", False
    if standing.stand == Stand.WAITS:
        return _("前の段階を待っています"), "neutral", False
    if standing.stand == Stand.READY or request is None:
        return _("まだ頼んでいません"), "info", False
    if standing.stand == Stand.DONE:
        return _("済み"), "success", False
    return due_words(request.due_on, today=today)


def due_words(due_on: date, *, today: date) -> tuple[str, str, bool]:
    """How much time is left for what was asked, the kind of its tag, whether it is late."""
    if today > due_on:
        return _("%(days)s日遅れ") % {"days": (today - due_on).days}, "danger", True
    if is_near(due_on=due_on, today=today):
        days = (due_on - today).days
        return (_("あと%(days)s日") % {"days": days} if days else _("本日まで")), "warning", False
    return _("依頼中"), "progress", False


def _note(standing: Standing) -> str:
    if standing.stand == Stand.WAITS:
        titles = "、".join(one.title for one in standing.waits_for)
        return _("先に「%(titles)s」を済ませます。") % {"titles": titles}
    if standing.stand == Stand.READY and standing.step.kind == "board":
        return _("「調査・審査会」の画面で、審査会の次第に載せます。")
    return ""


def why_not_ask(application: Application, standing: Standing, *, acts: bool) -> str:
    """Why the step cannot be asked for now; empty where it can."""
    if application.status == Status.FILED:
        return _("先に「担当する」を押してください。")
    if application.status != Status.IN_REVIEW:
        return _("この申請は「%(status)s」です。") % {"status": Status(application.status).label}
    if standing.stand == Stand.ASKED:
        return _("もう頼んでいます。")
    if standing.stand == Stand.WAITS:
        return _note(standing)
    return "" if acts else _("この申請の担当者か所属長が行います。")


def options(request: StepRequest, staff: Staff, *, today: date) -> dict[str, Option]:
    """What this person may do with one request now, and why not."""
    application = request.application
    handles = may_handle(staff, application, today=today)
    acts = may_act_on(staff, application, today=today)
    not_mine = "" if handles else _("審査担当か所属長が行います。")
    not_held = "" if acts else _("この申請の担当者か所属長が行います。")
    shut = ""
    if application.status not in TAKES_RESULTS:
        shut = _("この申請は「%(status)s」です。") % {"status": Status(application.status).label}
    open_ = "" if request.state == State.ASKED else _("この依頼は終わっています。")
    done = "" if request.state == State.DONE else _("結果がまだ入っていません。")
    found = (
        Option("receive", _("結果を入力する"), not_mine or open_ or shut),
        Option("correct", _("結果を直す"), not_mine or done or shut or not_held),
        Option("remind", _("催促したことを記録する"), not_mine or open_ or shut),
        Option("cancel", _("依頼を取り消す"), not_mine or open_ or shut or not_held),
    )
    return {option.id: option for option in found}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One version of a result with who entered it and why it was corrected."""

    number: int
    at: datetime
    who: str
    reason: str
    lines: tuple[tuple[str, str], ...]


def result_rows(request: StepRequest, step: ExternalStep) -> list[ResultRow]:
    """All versions of a result, newest first."""
    found = StepResult.objects.filter(request=request).order_by("-number")
    return [
        ResultRow(one.number, one.at, one.by_name, one.reason, tuple(results.lines(step, one.values)))
        for one in found
    ]


def files_of(request: StepRequest) -> list[Attachment]:
    """The files that came with a result."""
    place = f"step/{request.step_id}/{request.number}"
    found = Attachment.objects.filter(owner_id=request.application_id, document_id=place)
    return list(found.order_by("added_at", "id"))


def state_of_request(request: StepRequest, *, today: date) -> tuple[str, str]:
    """The state of one request in words, and the kind of its tag."""
    if request.state == State.DONE:
        return _("済み"), "success"
    if request.state == State.CANCELLED:
        return _("取消し"), "neutral"
    words, kind, _late = due_words(request.due_on, today=today)
    return words, kind


def usual_reason(application: Application, spoken: queries.Spoken) -> str:
    """What a proposal says that follows a result, to be finished by who drafts it."""
    if spoken.step.kind != "board":
        return ""
    parts = [_("%(step)sの判定による。") % {"step": spoken.step.title}]
    period = queries.period_of(application, spoken)
    if period is not None:
        words = {"from": both_eras(period[0]), "until": both_eras(period[1])}
        parts.append(_("有効期間は、%(from)sから%(until)sまで。") % words)
    opinion = spoken.request.result.get("opinion")
    if isinstance(opinion, str) and opinion:
        parts.append(_("審査会の意見：%(opinion)s") % {"opinion": opinion})
    return "\n".join(parts)


def blocked_words(application: Application, definition: Definition) -> str:
    """Which decisions wait for which steps, in one sentence for the whole case; empty where none does."""
    if application.status not in (Status.FILED, *TAKES_RESULTS):
        return ""
    blocked = queries.blocked_kinds(application, definition)
    if not blocked:
        return ""
    labels = [str(kind.label) for kind in definition.workflow.decisions if kind.id in blocked]
    titles = dict.fromkeys(step.title for steps in blocked.values() for step in steps)
    first = "」「".join(labels[:SHOWN_KINDS])
    words = {"titles": "」「".join(titles), "labels": first, "n": len(labels)}
    if len(labels) > SHOWN_KINDS:
        return _("「%(titles)s」が済むまで、「%(labels)s」など%(n)s種類の決定は起案できません。") % words
    return _("「%(titles)s」が済むまで、「%(labels)s」は起案できません。") % words


def waits_for(steps: Iterable[ExternalStep]) -> str:
    """The sentence on a decision that cannot be proposed yet."""
    titles = "」「".join(step.title for step in steps)
    return _("先に「%(titles)s」を済ませてください。") % {"titles": titles}
