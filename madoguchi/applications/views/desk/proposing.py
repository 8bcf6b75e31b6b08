"""Proposing a decision (起案): choose it, edit the texts that are proposed for it, read the letter, propose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import actions, desk_chain, external_queries, rules
from madoguchi.applications import desk_case as desk
from madoguchi.applications.actions.proposing import Draft, drafted
from madoguchi.applications.chains import restored
from madoguchi.applications.desk_fees import waiting_kinds
from madoguchi.applications.desk_options import options
from madoguchi.applications.desk_slots import needs_slot
from madoguchi.applications.desk_steps import usual_reason, waits_for
from madoguchi.applications.slot_queries import lacks_slot
from madoguchi.applications.views.desk.case import HANDLES, done, head_of
from madoguchi.applications.views.desk.deciding import LONGEST_REASON, draft_letter
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.applications.views.desk.papers import inline_pdf
from madoguchi.applications.views.desk.refusals import AGAIN
from madoguchi.common.pages import render
from madoguchi.procedures.definition import Addition, DecisionKind, ExternalStep

LONGEST_TEXT = 4000


@dataclass(slots=True)
class Form:
    """What was sent: the decision, its reason, and the two texts with the words that were proposed for them."""

    case: OpenCase
    chosen: DecisionKind | None
    reason: str
    draft_text: str
    addition: str
    proposed: dict[str, str]  # what the page proposed, so that words nobody touched follow another decision
    errors: dict[str, str] = field(default_factory=dict)

    def place_for_words(self) -> Addition | None:
        """The part of the letter that the definition leaves to the drafter."""
        notice = self.case.definition.outputs.notice(self.chosen.notice) if self.chosen else None
        return notice.addition if notice else None

    def drafted(self) -> Draft:
        """The proposal as it would be; texts that nobody changed are those of the decision that is chosen."""
        assert self.chosen is not None
        is_written = bool(self.draft_text) and self.draft_text != self.proposed["draft_text"]
        # A page that has not proposed words yet cannot have had them taken out.
        is_changed = bool(self.proposed["for"]) and self.addition != self.proposed["addition"]
        has_place = self.place_for_words() is not None
        return drafted(
            application=self.case.application,
            kind=self.chosen,
            reason=self.reason,
            draft_text=self.draft_text if is_written else "",
            addition=self.addition if has_place and (is_changed or self.addition) else None,
            by=self.case.staff,
            now=self.case.now,
        )


def _read(request: HttpRequest, case: OpenCase) -> Form:
    data = request.POST
    kinds = rules.decision_kinds(case.definition)
    proposed = {
        "draft_text": _lines(data.get("proposed_draft_text", "")),
        "addition": _lines(data.get("proposed_addition", "")),
        "for": data.get("proposed_for", "")[:60],
    }
    form = Form(
        case,
        next((kind for kind in kinds if kind.id == data.get("kind")), None),
        data.get("reason", "").strip(),
        _lines(data.get("draft_text", "")),
        _lines(data.get("addition", "")),
        proposed,
    )
    is_other = form.chosen is not None and proposed["for"] not in ("", form.chosen.id)
    if is_other and form.addition == proposed["addition"]:  # words nobody touched give way to the new ones
        form.addition, proposed["addition"], proposed["for"] = "", "", ""
    return form


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


@with_case(*HANDLES)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, case: OpenCase) -> HttpResponseBase:
    """Choose the decision, its reason and its texts, read the letter, propose."""
    form = _read(request, case)
    blocked = external_queries.blocked_kinds(case.application, case.definition)
    unpaid = waiting_kinds(case.application, case.definition)
    spoken = external_queries.spoken_for(case.application, case.definition)
    if request.method == "GET" and spoken is not None:  # what the board or the inspection says, to begin with
        kinds = rules.decision_kinds(case.definition)
        form.chosen = next((kind for kind in kinds if kind.id == spoken.kind), None)
        form.reason = usual_reason(case.application, spoken)
    step = request.POST.get("act", "") if AGAIN not in request.POST else AGAIN
    if request.method == "POST" and step != AGAIN:
        form.errors = _errors(form)
        if form.chosen is not None and form.chosen.id in blocked:
            form.errors["kind"] = waits_for(blocked[form.chosen.id])
        elif form.chosen is not None and lacks_slot(case.application, case.definition, form.chosen.id):
            form.errors["kind"] = needs_slot()
        elif form.chosen is not None and form.chosen.id in unpaid:
            form.errors["kind"] = unpaid[form.chosen.id]
    letter = draft = None
    if form.chosen is not None and not form.errors and request.method == "POST":
        draft = form.drafted()
        if step == "pdf":
            case.shown = "letter"
            paper = draft_letter(case.application, draft.decision, today=case.today)
            return inline_pdf(paper.render_apart(), f"{case.application.receipt_number}-draft.pdf")
        if step == "propose":
            case.expect_unchanged(request.POST)
            actions.propose(
                application=case.application,
                kind=form.chosen.id,
                reason=form.reason,
                draft_text=draft.decision.draft_text,
                addition=draft.decision.addition,
                by=case.staff,
                now=case.now,
            )
            return done(case, "propose")
        if step == AGAIN:
            draft = None
        else:
            letter = draft_letter(case.application, draft.decision, today=case.today)
    return render(
        request,
        "applications/desk/propose.html",
        _context(case, form, draft, blocked, unpaid) | {"letter": letter, "spoken": spoken},
        status=422 if form.errors else 200,
    )


def _context(
    case: OpenCase,
    form: Form,
    draft: Draft | None,
    blocked: Mapping[str, tuple[ExternalStep, ...]],
    unpaid: Mapping[str, str],
) -> dict[str, object]:
    decision = draft.decision if draft else None
    place = form.place_for_words()
    return head_of(case) | {
        "option": options(case.application, case.staff, today=case.today, proposal=None)["propose"],
        "kinds": [
            (kind.id, str(kind.label), unpaid.get(kind.id, "") + _hint(kind, blocked.get(kind.id, ())))
            for kind in rules.decision_kinds(case.definition)
        ],
        "chosen": form.chosen.id if form.chosen else "",
        "reason": form.reason,
        "longest_reason": LONGEST_REASON,
        "longest_text": LONGEST_TEXT,
        "draft_text": decision.draft_text if decision else form.draft_text,
        "addition": decision.addition if decision and place else form.addition,
        "place": place.label if place and (decision or form.addition) else "",
        "proposed": _proposed(form, draft),
        "chain": desk_chain.planned(
            restored(decision.chain), case.application, draft.consultations, today=case.today
        )
        if decision and draft
        else [],
        "sent_back": next((row for row in desk.decision_rows(case.application, case.definition)), None),
        "evaluation": desk.evaluation_of(case.application, case.definition),
        "errors": form.errors,
        "problems": [(f"#{name}", sentence) for name, sentence in form.errors.items()],
    }


def _proposed(form: Form, draft: Draft | None) -> list[tuple[str, str]]:
    """The words of the definition as this page shows them, to tell later whether somebody changed them."""
    if draft is None or form.chosen is None:
        return [(f"proposed_{name}", value) for name, value in form.proposed.items()]
    plain = drafted(
        application=form.case.application,
        kind=form.chosen,
        reason=form.reason,
        by=form.case.staff,
        now=form.case.now,
    ).decision
    return [
        ("proposed_draft_text", plain.draft_text),
        ("proposed_addition", plain.addition),
        ("proposed_for", form.chosen.id),
    ]


def _hint(kind: DecisionKind, waiting: tuple[ExternalStep, ...]) -> str:
    hints = [waits_for(waiting)] if waiting else []
    hints += [_("理由を書く必要があります。")] if rules.needs_reason(kind) else []
    hints.append(kind.reason_hint)
    if kind.appeal:
        hints.append(_("教示（不服申立てなど）が付きます。"))
    return "".join(hints)


def _errors(form: Form) -> dict[str, str]:
    if form.chosen is None:
        return {"kind": _("決定の内容を選んでください。")}
    if rules.needs_reason(form.chosen) and not form.reason:
        sentence = _("「%(kind)s」の理由を書いてください（行政手続法 第8条）。")
        return {"reason": sentence % {"kind": form.chosen.label}}
    if len(form.reason) > LONGEST_REASON:
        return {"reason": _("理由は%(most)s文字までにしてください。") % {"most": LONGEST_REASON}}
    return {
        name: _("%(most)s文字までにしてください。") % {"most": LONGEST_TEXT}
        for name in ("draft_text", "addition")
        if len(getattr(form, name)) > LONGEST_TEXT
    }
