"""Disasters (災害): the record, its filings by town and grade, results of inspections, proposals for many; second looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from madoguchi.applications import batches, desk_batches, disaster_queries
from madoguchi.applications import external_queries as steps
from madoguchi.applications.actions import batches as batch_actions
from madoguchi.applications.actions import disasters as actions
from madoguchi.applications.desk_queries import protections
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed
from madoguchi.applications.external_rules import may_be_looked_at_again
from madoguchi.applications.models import Disaster, DisasterFiling, Status, StepBatch
from madoguchi.applications.permissions import handles_department, may_handle
from madoguchi.applications.views.desk.boards import read_upload
from madoguchi.applications.views.desk.case import done, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.applications.views.desk.returning import channel_choices
from madoguchi.applications.views.desk.step_lists import HANDLES, ROLES, batch_title, seen
from madoguchi.audit import actions as audit
from madoguchi.common import access, clock, desk_lists
from madoguchi.common.ids import grouped
from madoguchi.common.jinja2env import both_eras
from madoguchi.common.pages import render
from madoguchi.common.spreadsheets import FileKind, list_response
from madoguchi.identity.models import Staff
from madoguchi.japan.eras import DateError, parse_date
from madoguchi.organization import queries as organization
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.definition import Definition, ExternalStep
from madoguchi.procedures.kinds.base import CleanContext

LONGEST_NAME, LONGEST_CAUSE, LONGEST_TOWN, MOST_TOWNS = 120, 60, 60, 500
LONGEST_REASON = 2000
AT_ONCE = 500
NUMBER = "受付番号"


@dataclass(frozen=True, slots=True)
class Typed:
    """The record of a disaster as it was typed, and what is wrong with it."""

    procedure: str = ""
    name: str = ""
    cause: str = ""
    from_on: str = ""
    until_on: str = ""
    towns: str = ""
    days: tuple[date, date] | None = None
    town_list: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


def _read(data: QueryDict, known: Sequence[str]) -> Typed:
    name, cause = " ".join(data.get("name", "").split()), " ".join(data.get("cause", "").split())
    errors: list[tuple[str, str]] = []
    if data.get("procedure", "") not in known:
        errors.append(("procedure", _("どの手続かを選んでください。")))
    for key, text, most, ask in (
        ("name", name, LONGEST_NAME, _("災害の名前を入力してください。")),
        ("cause", cause, LONGEST_CAUSE, _("災害の種類を入力してください。例：豪雨")),
    ):
        if not text:
            errors.append((key, ask))
        elif len(text) > most:
            errors.append((key, _("%(most)s文字までにしてください。") % {"most": most}))
    days: list[date] = []
    for key in ("from_on", "until_on"):
        try:
            days.append(parse_date(data.get(key, "").strip()))
        except DateError:
            errors.append((key, _("日を「2026年8月1日」のように入力してください。")))
    if len(days) == 2 and days[1] < days[0]:
        errors.append(("until_on", _("終わりの日は、始まりの日か、その後にしてください。")))
    towns = tuple(
        dict.fromkeys(town for line in data.get("towns", "").splitlines() if (town := "".join(line.split())))
    )
    if len(towns) > MOST_TOWNS or any(len(town) > LONGEST_TOWN for town in towns):
        words = {"most": MOST_TOWNS, "longest": LONGEST_TOWN}
        errors.append(
            ("towns", _("町名は、1行に1つ（%(longest)s文字まで）、%(most)s行までにしてください。") % words)
        )
    return Typed(
        data.get("procedure", ""),
        name,
        cause,
        data.get("from_on", "").strip(),
        data.get("until_on", "").strip(),
        data.get("towns", ""),
        (days[0], days[1]) if len(days) == 2 else None,
        towns,
        tuple(errors),
    )


def _known(departments: set[str]) -> dict[str, Definition]:
    """The procedures of these departments that follow a disaster."""
    return {
        offer.procedure_id: offer.definition
        for offer in procedures.offers_of(departments)
        if offer.definition.workflow.disaster
    }


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def disasters(request: HttpRequest) -> HttpResponse:
    """The disasters of this person's departments, newest first; and a form for another."""
    staff, departments = seen(request)
    known = _known(departments)
    typed = Typed(procedure=next(iter(known), ""))
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = _read(request.POST, list(known))
        errors = dict(typed.errors)
        if not errors and typed.days is not None:
            try:
                opened = actions.open_disaster(
                    procedure_id=typed.procedure,
                    department_code=organization.in_charge(
                        known[typed.procedure].department, typed.procedure
                    ),
                    name=typed.name,
                    cause=typed.cause,
                    from_on=typed.days[0],
                    until_on=typed.days[1],
                    towns=typed.town_list,
                    by=staff,
                    now=clock.now(),
                )
                return redirect(f"{reverse('desk:disaster', args=[opened.id])}?done=opened")
            except actions.DisasterThere:
                errors["name"] = _("同じ名前の災害があります。")
            except NotAllowed:
                errors["procedure"] = _("災害の記録は、その部署の審査担当か所属長が作ります。")
    found = Disaster.objects.filter(department_code__in=departments).order_by("-from_on", "-id")
    page, pagination = desk_lists.paged(request, found)
    context = {
        "here": "steps",
        "typed": typed,
        "procedure_choices": [(key, str(one.current_name)) for key, one in known.items()],
        "columns": [_("名前"), _("種類"), _("いつ"), _("地域")],
        "rows": [_disaster_cells(one) for one in page],
        "pagination": pagination,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/disasters.html", context, status=422 if errors else 200)


def _disaster_cells(one: Disaster) -> list[Any]:
    return [
        {"text": one.name, "href": reverse("desk:disaster", args=[one.id])},
        one.cause,
        _("%(from)sから%(until)s") % {"from": both_eras(one.from_on), "until": both_eras(one.until_on)},
        _area(one),
    ]


def _area(one: Disaster) -> str:
    if not one.towns:
        return _("市内全域")
    first = "、".join(one.towns[:3])
    more = len(one.towns) - 3
    return _("%(first)s ほか%(n)s") % {"first": first, "n": more} if more > 0 else first


def _disaster(request: HttpRequest, disaster_id: UUID) -> tuple[Disaster, Definition, Staff]:
    """A disaster of a department this person sees, with its procedure as it is offered now. Raises `Http404`."""
    staff, departments = seen(request)
    found = Disaster.objects.filter(id=disaster_id, department_code__in=departments).first()
    offer = procedures.current(found.procedure_id) if found is not None else None
    if found is None or offer is None:
        raise Http404
    return found, offer.definition, staff


def _handles(staff: Staff, found: Disaster) -> bool:
    """Whether this person handles the cases of a disaster, also as the successor of its department."""
    today, procedure_id = clock.today(), found.procedure_id
    return handles_department(staff, found.department_code, today=today, procedure_id=procedure_id)


def _handled(request: HttpRequest, disaster_id: UUID) -> tuple[Disaster, Definition, Staff]:
    """The same, where this person handles the cases of the department. Raises `Http404`."""
    found, definition, staff = _disaster(request, disaster_id)
    if not _handles(staff, found):
        raise Http404
    return found, definition, staff


@access.staff(*ROLES)
@require_GET
def disaster(request: HttpRequest, disaster_id: UUID) -> HttpResponse:
    """The record: filings by town and grade, how far they are, and what can be done for many at once."""
    found, definition, staff = _disaster(request, disaster_id)
    counted = disaster_queries.counts(found, today=clock.today())
    grades = disaster_queries.grades_of(definition)
    inspections = _inspections(definition)
    stages = disaster_queries.stages(found, inspections[0].id if inspections else "")
    words = {
        Status.FILED: _("受付済み（担当者なし）"),
        Status.IN_REVIEW: _("審査中（結果なし）"),
        "graded": _("審査中（結果あり）"),
        Status.RETURNED: str(Status.RETURNED.label),
        Status.PROPOSED: str(Status.PROPOSED.label),
        Status.CLOSED: str(Status.CLOSED.label),
        Status.WITHDRAWN: str(Status.WITHDRAWN.label),
    }
    context = {
        "here": "steps",
        "disaster": found,
        "area": "、".join(found.towns) or _("市内全域"),
        "handles": _handles(staff, found),
        "total": sum(one.total for one in counted),
        "stages": [(words[key], stages[key]) for key in words if key in stages],
        "columns": [
            _("町字"),
            {"label": _("件数"), "numeric": True},
            *({"label": label, "numeric": True} for _id, label in grades),
            {"label": _("結果待ち"), "numeric": True},
            {"label": _("結果なしで終了"), "numeric": True},
        ],
        "rows": [
            [
                _("（支援措置の対象）") if one.town is None else one.town or _("（町字なし）"),
                one.total,
                *(one.grades.get(g, 0) for g, _l in grades),
                one.grades.get("", 0),
                one.ended,
            ]
            for one in counted
        ],
        "batches": [
            (batch, batch_title(batch))
            for batch in found.batches.select_related("meeting", "disaster").order_by("-at")[:10]
        ],
        "done": _done(request.GET.get("done", "")),
        "problems": [],
    }
    return render(request, "applications/desk/disaster.html", context)


def _done(what: str) -> str:
    sentences = {
        "opened": _("災害の記録を作りました。対象の申請を、まもなく結び付けます。"),
        "changed": _("災害の記録を変えました。対象の申請を、まもなく結び付けます。"),
    }
    return sentences.get(what, "")


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, disaster_id: UUID) -> HttpResponse:
    """Put the record right."""
    found, _definition, staff = _handled(request, disaster_id)
    typed = Typed(
        found.procedure_id,
        found.name,
        found.cause,
        found.from_on.isoformat(),
        found.until_on.isoformat(),
        "\n".join(found.towns),
    )
    errors: dict[str, str] = {}
    version, status = str(found.version), 422
    if request.method == "POST":
        data = request.POST.copy()
        data["procedure"] = found.procedure_id
        typed = _read(data, [found.procedure_id])
        errors = dict(typed.errors)
        if not errors and typed.days is not None:
            try:
                if request.POST.get("version") != version:
                    raise ChangedMeanwhile
                actions.change_disaster(
                    disaster=found,
                    name=typed.name,
                    cause=typed.cause,
                    from_on=typed.days[0],
                    until_on=typed.days[1],
                    towns=typed.town_list,
                    by=staff,
                    now=clock.now(),
                )
                return redirect(f"{reverse('desk:disaster', args=[found.id])}?done=changed")
            except actions.DisasterThere:
                errors["name"] = _("同じ名前の災害があります。")
            except ChangedMeanwhile:
                found.refresh_from_db()
                version, status = str(found.version), 409
                errors["main"] = _(
                    "ほかの職員が先に変更しました（名前「%(name)s」）。よければ、もう一度押してください。"
                ) % {"name": found.name}
    context = {
        "here": "steps",
        "disaster": found,
        "typed": typed,
        "version": version,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/disaster_edit.html", context, status=status if errors else 200)


@access.staff(*ROLES)
@require_GET
def filings_file(request: HttpRequest, disaster_id: UUID, kind: FileKind) -> HttpResponseBase:
    """The filings of a disaster as a file, streamed: numbers, towns, grades; no name, no address."""
    found, definition, staff = _disaster(request, disaster_id)
    labels = dict(disaster_queries.grades_of(definition))
    cases = disaster_queries.cases_of(found)
    _record(staff, found, cases.count(), kind)

    def rows() -> Iterator[list[object]]:
        rest = cases.iterator(chunk_size=AT_ONCE)
        while part := list(islice(rest, AT_ONCE)):
            hidden = protections(part, today=clock.today())  # a town is where somebody lives
            for case in part:
                yield [
                    grouped(case.receipt_number),
                    "" if case.id in hidden else case.disaster_filing.town,
                    case.received_on,
                    str(Status(case.status).label),
                    labels.get(case.disaster_filing.grade, ""),
                ]

    header = [NUMBER, _("町字"), _("受付日"), _("状態"), _("被害の程度")]
    return list_response(request, kind, f"disaster-{clock.today():%Y%m%d}", header, rows())


def _record(staff: Staff, found: Disaster, count: int, purpose: str) -> None:
    audit.record_read(
        actor=staff.actor,
        subject=f"disaster:{found.id}",
        now=clock.now(),
        purpose=purpose,
        detail={"count": count},
    )


def _inspections(definition: Definition) -> list[ExternalStep]:
    """The steps whose results come as lists."""
    return [step for step in definition.workflow.external_steps if step.kind == "inspection"]


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def results(request: HttpRequest, disaster_id: UUID) -> HttpResponse:
    """Bring results of inspections as a file; every line is looked at before anything is entered."""
    found, definition, staff = _handled(request, disaster_id)
    inspections = _inspections(definition)
    chosen = request.POST.get("step", inspections[0].id if inspections else "")
    step = next((one for one in inspections if one.id == chosen), None)
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        upload = request.FILES.get("file")
        if step is None:
            problems.append(("#step", _("どの調査の結果かを選んでください。")))
        elif upload is None:
            problems.append(("#file", _("結果のファイルを選んでください。")))
        else:
            today = clock.today()
            lines, problems = read_upload(upload, step, NUMBER, CleanContext(today))
            if not problems:
                judged = batches.judge_inspections(found, step, lines, staff=staff, today=today)
                batch = batch_actions.set_down(
                    kind=StepBatch.Kind.RESULTS,
                    procedure_id=found.procedure_id,
                    department_code=found.department_code,
                    step_id=step.id,
                    disaster=found,
                    judged=judged,
                    by=staff,
                    now=clock.now(),
                )
                return redirect(reverse("desk:batch", args=[batch.id]))
    context = {
        "here": "steps",
        "disaster": found,
        "step": chosen,
        "step_choices": [(one.id, one.title) for one in inspections],
        "headers": [(one.title, "、".join(desk_batches.header(one, NUMBER))) for one in inspections],
        "max_bytes": desk_batches.BIGGEST,
        "errors": {href.removeprefix("#"): sentence for href, sentence in problems},
        "problems": problems,
    }
    return render(
        request, "applications/desk/disaster_results.html", context, status=422 if problems else 200
    )


@access.staff(*HANDLES)
@require_GET
def template_file(request: HttpRequest, disaster_id: UUID, kind: FileKind) -> HttpResponseBase:
    """An empty list of inspections with the numbers of the filings that wait for one, in the order of their towns."""
    found, definition, staff = _handled(request, disaster_id)
    inspections = _inspections(definition)
    if not inspections:
        raise Http404
    waiting = disaster_queries.by_town(
        found, disaster_queries.to_inspect(found, inspections[0].id), today=clock.today()
    )
    _record(staff, found, waiting.count(), "template")
    blanks = ["" for _question in inspections[0].result]
    rows = (
        [grouped(number), *blanks]
        for number in waiting.values_list("receipt_number", flat=True).iterator(chunk_size=500)
    )
    name = f"inspections-{clock.today():%Y%m%d}"
    return list_response(request, kind, name, desk_batches.header(inspections[0], NUMBER), rows)


@access.staff(*HANDLES)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, disaster_id: UUID) -> HttpResponse:
    """Propose what the results say for all filings that are ready; each is looked at first, others decide."""
    found, _definition, staff = _handled(request, disaster_id)
    reason = request.POST.get("reason", "").strip()
    errors: dict[str, str] = {}
    open_ones = (Status.FILED, Status.IN_REVIEW, Status.RETURNED)
    waiting = disaster_queries.cases_of(found).filter(status__in=open_ones)
    if request.method == "POST":
        if len(reason) > LONGEST_REASON:
            errors["reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
        else:
            today = clock.today()
            cases = list(disaster_queries.by_town(found, waiting, today=today)[: batches.MOST_LINES])
            judged = batches.judge_proposals(cases, reason=reason, staff=staff, today=today)
            batch = batch_actions.set_down(
                kind=StepBatch.Kind.PROPOSALS,
                procedure_id=found.procedure_id,
                department_code=found.department_code,
                disaster=found,
                reason=reason,
                judged=judged,
                by=staff,
                now=clock.now(),
            )
            return redirect(reverse("desk:batch", args=[batch.id]))
    context = {
        "here": "steps",
        "disaster": found,
        "waiting": waiting.count(),
        "graded": waiting.exclude(disaster_filing__grade="").count(),
        "reason": reason,
        "longest_reason": LONGEST_REASON,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/disaster_propose.html", context, status=422 if errors else 200)


# --- one case -----------------------------------------------------------------------------------------------


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Bind a case to a disaster by choice, or to none."""
    if case.definition.workflow.disaster is None:
        raise Http404
    choices = disaster_queries.disasters_for(case.application)
    bound = DisasterFiling.objects.filter(application=case.application).first()
    chosen = request.POST.get("disaster", str(bound.disaster_id) if bound else "none")
    errors: dict[str, str] = {}
    if request.method == "POST" and AGAIN not in request.POST:
        wanted = next((one for one in choices if str(one.id) == chosen), None)
        if wanted is None and chosen != "none":
            errors["disaster"] = _("災害を選んでください。")
        else:
            case.expect_unchanged(request.POST)
            actions.bind(application=case.application, disaster=wanted, by=case.staff, now=case.now)
            return done(case, "bind_disaster")
    context = head_of(case) | {
        "choices": [*((str(one.id), one.name) for one in choices), ("none", _("どの災害にも結び付けない"))],
        "chosen": chosen,
        "may": may_handle(case.staff, case.application, today=case.today),
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/disaster_bind.html", context, status=422 if errors else 200)


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def second_look(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """Take the request to look again at what was decided."""
    rule = case.definition.workflow.second_look
    decision = steps.last_decision(case.application)
    if rule is None or decision is None:
        raise Http404
    data = request.POST
    typed_day, reason = data.get("asked_on", case.today.isoformat()).strip(), data.get("reason", "").strip()
    channel = data.get("channel", "")
    decided_on = steps.decided_on(decision)
    errors: dict[str, str] = {}
    if request.method == "POST" and AGAIN not in data:
        day: date | None = None
        try:
            day = parse_date(typed_day)
        except DateError:
            errors["asked_on"] = _("申出のあった日を「2026年11月23日」のように入力してください。")
        if day is not None and (
            day > case.today
            or not may_be_looked_at_again(rule, status=Status.CLOSED, decided_on=decided_on, asked_on=day)
        ):
            errors["asked_on"] = _within(rule.within_days, decided_on)
        if channel not in dict(channel_choices()):
            errors["channel"] = _("どのように申出があったかを選んでください。")
        if not reason:
            errors["reason"] = _("再調査を求める理由を入力してください。")
        elif len(reason) > LONGEST_REASON:
            errors["reason"] = _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}
        if not errors and day is not None:
            case.expect_unchanged(data)
            actions.look_again(
                application=case.application,
                asked_on=day,
                reason=reason,
                channel=channel,
                by=case.staff,
                now=case.now,
            )
            return done(case, "look_again")
    context = head_of(case) | {
        "rule": rule,
        "decision": decision,
        "within": _within(rule.within_days, decided_on),
        "may": case.application.status == Status.CLOSED,
        "asked_on": typed_day,
        "channel_choices": channel_choices(),
        "channel": channel,
        "reason": reason,
        "longest_reason": LONGEST_REASON,
        "errors": errors,
        "problems": [(f"#{name}", sentence) for name, sentence in errors.items()],
    }
    return render(request, "applications/desk/second_look.html", context, status=422 if errors else 200)


def _within(days: int | None, decided_on: date | None) -> str:
    if decided_on is None:
        return ""
    if days is None:
        return _("決定の日（%(day)s）から今日までの日にしてください。申出の期限はありません。") % {
            "day": both_eras(decided_on)
        }
    return _("決定の日（%(day)s）の翌日から%(days)s日以内で、今日までの日にしてください。") % {
        "day": both_eras(decided_on),
        "days": days,
    }
