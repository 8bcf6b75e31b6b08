"""What one person may do with one case now, and if not, why: read by buttons, pages and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.applications import external_queries, queries, rules
from madoguchi.applications.chain_permissions import has_post
from madoguchi.applications.desk_chain import decider_words
from madoguchi.applications.models import Application, Decision, Status
from madoguchi.applications.permissions import (
    may_act_on,
    may_approve,
    may_handle,
    may_protect,
    stands_in,
)
from madoguchi.common.jinja2env import both_eras
from madoguchi.identity.models import Staff
from madoguchi.procedures import queries as procedures


@dataclass(frozen=True, slots=True)
class Option:
    """Something to do with a case; `why_not` is a sentence, empty where it may be done."""

    id: str
    label: str
    why_not: str = ""

    @property
    def allowed(self) -> bool:
        """Whether it may be done now, by this person."""
        return not self.why_not


def options(
    application: Application, staff: Staff, *, today: date, proposal: Decision | None
) -> dict[str, Option]:
    """Everything the desk offers for a case, by its id."""
    handles = may_handle(staff, application, today=today)
    not_mine = "" if handles else _("審査担当か所属長が行います。")
    not_held = _why_not_act(application, staff, today)
    stood_in_for = application.status == Status.FILED and stands_in(staff, application, today=today)
    found = (
        Option(
            "take",
            _("代理で審査を始める") if stood_in_for else _("担当する"),
            not_mine or ("" if stood_in_for else _why_not_take(application, staff)),
        ),
        Option("hand_over", _("担当を変える"), not_mine or _why_not_open(application)),
        Option("return", _("補正を依頼する"), not_mine or _why_not_return(application) or not_held),
        Option("answer", _("補正の回答を入力する"), not_mine or _why_not_answer(application)),
        Option("edit", _("回答を訂正する"), not_mine or _why_not_edit(application) or not_held),
        Option("extend", _("期限を延ばす"), not_mine or _why_not_extend(application, today) or not_held),
        Option("propose", _("起案する"), not_mine or _why_not_propose(application) or not_held),
        Option("decide", _("決裁する"), _why_not_decide(application, staff, proposal, today)),
        Option("withdraw", _("取下げを受け付ける"), not_mine or _why_not_withdraw(application) or not_held),
        Option("note", _("メモを書く"), not_mine),
        Option("opinion", _("他課に意見を聞く"), not_mine or _why_not_edit(application) or not_held),
        Option("message", _("メッセージを送る"), not_mine or _why_not_write(application, today)),
        Option(
            "protect",
            _("支援措置を設定・解除する"),
            "" if may_protect(staff, application, today=today) else _("所属長が行います。"),
        ),
    )
    return {option.id: option for option in found}


def _why_not_act(application: Application, staff: Staff, today: date) -> str:
    if may_act_on(staff, application, today=today):
        return ""
    if application.holder is None:
        return _("先に「担当する」を押してください。")
    return _("%(name)sさんが担当しています。「担当を変える」で引き継いでから行ってください。") % {
        "name": application.holder.display_name
    }


def _why_not_open(application: Application) -> str:
    if application.status in rules.OPEN:
        return ""
    return _("この申請は「%(status)s」です。") % {"status": _status(application)}


def _why_not_take(application: Application, staff: Staff) -> str:
    if application.status not in rules.OPEN:
        return _why_not_open(application)
    if application.holder_id == staff.id:
        return "" if application.status == Status.FILED else _("あなたが担当しています。")
    if application.holder is not None:
        return _("%(name)sさんが担当しています。「担当を変える」で引き継げます。") % {
            "name": application.holder.display_name
        }
    return ""


def _why_not_return(application: Application) -> str:
    if application.status == Status.FILED:
        return _("先に「担当する」を押してください。")
    if application.status == Status.RETURNED:
        return _("前の補正の回答を待っています。")
    if application.status == Status.PROPOSED:
        return _("起案中です。先に差戻しを受けてください。")
    return _why_not_open(application)


def _why_not_answer(application: Application) -> str:
    return "" if application.status == Status.RETURNED else _("補正を依頼しているときだけ入力できます。")


def _why_not_edit(application: Application) -> str:
    if application.status == Status.PROPOSED:
        return _("起案中です。先に差戻しを受けてください。")
    return _why_not_open(application)


def _why_not_extend(application: Application, today: date) -> str:
    if why := _why_not_open(application):
        return why
    timer = procedures.definition_of(application.procedure_version_id).clock
    if not rules.may_be_extended(timer):
        return _("期間は法令で決まっていて、延長の定めがありません。")
    if queries.extension_days(application, today=today) is None:
        return (
            _("定めのある日数まで、延長しきっています。") if application.due_on else _("期限がありません。")
        )
    return ""


def _why_not_propose(application: Application) -> str:
    if application.status == Status.FILED:
        return _("先に「担当する」を押してください。")
    if application.status == Status.RETURNED:
        return _("補正の回答を待っています。")
    if application.status == Status.PROPOSED:
        return _("起案済みです。決裁を待っています。")
    return _why_not_open(application) or _why_not_any(application)


def _why_not_any(application: Application) -> str:
    """Why no decision at all can be proposed: each waits for work of others."""
    definition = procedures.definition_of(application.procedure_version_id)
    blocked = external_queries.blocked_kinds(application, definition)
    if len(blocked) < len(definition.workflow.decisions):
        return ""
    titles = dict.fromkeys(step.title for steps in blocked.values() for step in steps)
    return _("先に「%(titles)s」を済ませてください。") % {"titles": "」「".join(titles)}


def _why_not_decide(application: Application, staff: Staff, proposal: Decision | None, today: date) -> str:
    if application.status != Status.PROPOSED or proposal is None:
        if not may_approve(staff, application, today=today):
            return _("決裁者か所属長が行います。")
        return _why_not_open(application) or _("まだ起案されていません。")
    if has_post(staff, application, proposal, today=today) is None:
        return _("%(who)sが決裁します。") % {"who": decider_words(application, proposal)}
    if not rules.may_decide(proposer=proposal.proposed_by_id, decider=staff.id):
        return _("自分の起案は、自分では決裁できません。ほかの決裁者に依頼してください。")
    return ""


def _why_not_withdraw(application: Application) -> str:
    if application.status == Status.PROPOSED:
        return _("決裁待ちのあいだは取り下げられません。差戻しを受けてから行ってください。")
    if application.status in rules.OPEN and queries.made_decision(application) is not None:
        return _("一度決定した申請です。再調査をやめるときは、同じ内容で起案してください。")
    return "" if rules.may_withdraw(application.status) else _why_not_open(application)


def _why_not_write(application: Application, today: date) -> str:
    last = queries.last_day_to_write(application)
    if last is None or today <= last:
        return ""
    return _("終わってから日がたっています（%(day)sまででした）。電話か書面で知らせてください。") % {
        "day": both_eras(last)
    }


def _status(application: Application) -> str:
    return str(Status(application.status).label)
