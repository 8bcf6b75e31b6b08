"""What the person who filed is told: a sentence on the state, who holds it, what happens next, by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.applications.models import Application, Status
from madoguchi.common import clock
from madoguchi.common.jinja2env import both_eras
from madoguchi.procedures.definition import Definition


@dataclass(frozen=True, slots=True)
class StatusText:
    """`sentence` says the state, `next_step` what happens next, `expected_on` by when (None: not known)."""

    sentence: str
    next_step: str
    expected_on: date | None


def status_text(
    application: Application,
    definition: Definition,
    *,
    department: str,
    answer_by_on: date | None,
    today: date,
) -> StatusText:
    """The state of an application in words a resident understands, in the language of the page."""
    since = both_eras(clock.tokyo_date(application.status_since))
    due = application.due_on
    late = due is not None and today > due
    if application.status == Status.FILED:
        sentence = _("%(since)sに受け付けました。%(department)sで担当者を決めています。")
        step = _("担当者が内容を確認します。")
    elif application.status == Status.IN_REVIEW:
        sentence = _("%(department)sが内容を確認しています（%(since)sから）。")
        step = _("確認が終わると、決定の手続に進みます。足りないものがあればご連絡します。")
    elif application.status == Status.RETURNED:
        sentence = _("%(since)sに、内容の直しをお願いしました。あなたの返事を待っています。")
        step = _("下の「直してほしいところ」を見て、返事をしてください。")
        due = answer_by_on
        late = False
    elif application.status == Status.PROPOSED:
        sentence = _("%(department)sが決定の手続をしています（%(since)sから）。")
        step = _("決定したら、通知をお送りします。")
    elif application.status == Status.WITHDRAWN:
        return StatusText(_("%(since)sに取り下げました。") % {"since": since}, "", None)
    else:
        return StatusText(
            _("%(since)sに手続が終わりました。") % {"since": since}, _("下の通知書をご覧ください。"), None
        )
    if late:
        step += _("予定より時間がかかっています。お待たせして申し訳ありません。")
    return StatusText(sentence % {"since": since, "department": department}, step, due)
