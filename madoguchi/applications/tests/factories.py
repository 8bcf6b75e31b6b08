"""Filings for tests: plain functions with traits as keywords."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from madoguchi.applications import actions, letters
from madoguchi.applications.actions.filing import applicant_facts
from madoguchi.applications.actions.review import Item
from madoguchi.applications.models import (
    Absence,
    AgendaItem,
    AnswerEdit,
    Application,
    Attachment,
    BoardMeeting,
    BulkItem,
    BulkRun,
    CaseEvent,
    CaseFee,
    CaseLook,
    Channel,
    Consultation,
    Contact,
    Correction,
    CorrectionItem,
    Decision,
    Disaster,
    DisasterFiling,
    Disposal,
    DisposalItem,
    DocumentCounter,
    Draft,
    DueWarning,
    Duration,
    EditedAnswer,
    ErasureRecord,
    Extension,
    FeeRecord,
    Handover,
    HandoverAnswer,
    HandoverBatch,
    HandoverFile,
    HandOverOrder,
    HandoverReplacement,
    InternalNote,
    LegalHold,
    Message,
    MovedCase,
    OpinionRequest,
    ProducedFile,
    RetentionAssignment,
    RetentionClass,
    RoutingRule,
    SavedFilter,
    SecondLookRequest,
    Slot,
    SlotBooking,
    SlotPlace,
    Status,
    StepBatch,
    StepBatchItem,
    StepRequest,
    StepResult,
)
from madoguchi.applications.secrets import receipt_secret
from madoguchi.applications.slot_queries import canonical
from madoguchi.applications.slot_rules import Hours
from madoguchi.applications.tests.offers import offer, sample
from madoguchi.common import clock
from madoguchi.common.ids import new_id, secret_digest
from madoguchi.identity.models import Staff
from madoguchi.identity.tests.factories import StaffFactory
from madoguchi.japan.check_digits import new_receipt_number
from madoguchi.organization.models import Department, Posting
from madoguchi.organization.tests.factories import DepartmentFactory, ReorganisationFactory, staff_with
from madoguchi.procedures import queries as procedures
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.models import Procedure, ProcedureVersion
from madoguchi.procedures.sampling import sample_answers
from madoguchi.procedures.tests.factories import source_of

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
CLAIM = "child_allowance_claim"
HANAKO = {
    "applicant.name": {
        "family": "髙橋",
        "given": "花子",
        "family_kana": "タカハシ",
        "given_kana": "ハナコ",
    },
    "applicant.birth_date": "1990-02-28",
}

_numbers = itertools.count(1)


def offered(name: str = CLAIM) -> ProcedureVersion:
    """The version of a definition of the catalogue that is offered; offered now when it was not."""
    procedure = Procedure.objects.select_related("current").filter(id=_compiled(name).id).first()
    if procedure is None:
        offer(name)
        procedure = Procedure.objects.select_related("current").get(id=_compiled(name).id)
    return procedure.current


@functools.cache
def _compiled(name: str) -> Any:
    return compile_source(source_of(name))


@functools.cache
def _sample(name: str, received_on: date) -> dict[str, Any]:
    given = {"account_choice": "registered"} if name == CLAIM else {}
    return sample_answers(_compiled(name), 0, today=received_on, facts=HANAKO, given=given)


def answers_of(name: str = CLAIM, *, received_on: date = TODAY) -> dict[str, Any]:
    """Complete answers of 髙橋 花子."""
    return copy.deepcopy(_sample(name, received_on))


def department_of(version: ProcedureVersion) -> Department:
    """The department that handles a procedure."""
    found = Department.objects.filter(code=version.department_code).first()
    return found or DepartmentFactory(code=version.department_code, name="子ども青少年課")


def somebody(role: str, department: Department, **fields: Any) -> Staff:
    """Who has this role in this department; made when there is nobody."""
    posting = Posting.objects.filter(department=department, role=role).select_related("staff").first()
    return (
        posting.staff
        if posting is not None and not fields
        else staff_with(role, department=department, **fields)
    )


def DraftFactory(*, entered: bool = False, **fields: Any) -> Draft:
    """A filing in the making; `entered` by an officer from paper."""
    version = fields.pop("procedure_version", None) or offered()
    values: dict[str, Any] = {
        "procedure_id": version.procedure_id,
        "procedure_version": version,
        "resume_code": new_receipt_number(next(_numbers).to_bytes(16, "big")),
        "created_at": NOW,
        "changed_at": NOW,
        "expires_at": clock.now() + timedelta(days=30),
    }
    if entered:
        values |= {
            "channel": Channel.PAPER,
            "entered_by": somebody("officer", department_of(version)),
            "received_on": clock.today(),
        }
    return Draft.objects.create(**(values | fields))


def ApplicationFactory(
    *,
    in_review: bool = False,
    returned: bool = False,
    proposed: bool = False,
    closed: bool = False,
    withdrawn: bool = False,
    officer: Staff | None = None,
    approver: Staff | None = None,
    decision: str = "certified",
    **fields: Any,
) -> Application:
    """A filed application; the traits lead it on by the real actions, with its history."""
    application = _filed(**fields)
    if not (in_review or returned or proposed or closed or withdrawn):
        return application
    department = department_of(application.procedure_version)
    officer = officer or somebody("officer", department)
    now = clock.now
    actions.take(application=application, by=officer, now=now())
    if withdrawn:
        actions.withdraw(application=application, reason="引っ越すことになったため", now=now())
    if returned:
        actions.return_for_correction(
            application=application,
            items=[Item("question", "applicant_phone", "document_missing", "番号が違うようです。")],
            answer_by_on=clock.today() + timedelta(days=14),
            message="お手数をおかけします。",
            by=officer,
            now=now(),
        )
    if proposed or closed:
        reason = "公務員であり、勤務先から支給されるため。" if decision == "refused" else ""
        actions.propose(application=application, kind=decision, reason=reason, by=officer, now=now())
    if closed:
        role = application.decisions.get(decided_at=None, sent_back_at=None).deciding_role
        actions.decide(application=application, by=approver or somebody(role, department), now=now())
    return application


def _filed(**fields: Any) -> Application:
    version = fields.pop("procedure_version", None) or offered()
    department_of(version)
    definition = procedures.definition_of(version.id)
    filed_at = fields.pop("filed_at", clock.now())
    answers = fields.pop("answers", None) or answers_of(received_on=clock.tokyo_date(filed_at))
    facts = applicant_facts(definition, answers)
    application_id = fields.pop("id", None) or new_id()
    values: dict[str, Any] = {
        "id": application_id,
        "receipt_number": new_receipt_number(application_id.bytes),
        "secret_digest": secret_digest(receipt_secret(application_id)),
        "procedure_id": definition.id,
        "procedure_version": version,
        "department_code": definition.department,
        "channel": Channel.WEB,
        "status": Status.FILED,
        "status_since": filed_at,
        "filed_at": filed_at,
        "received_on": clock.tokyo_date(filed_at),
        "due_on": clock.tokyo_date(filed_at) + timedelta(days=30),
        "filed_answers": copy.deepcopy(answers),
        "answers": answers,
        **facts.columns,
    }
    application = Application.objects.create(**(values | fields))
    CaseEvent.objects.create(
        application=application, at=filed_at, kind="filed", detail={"channel": application.channel}
    )
    return application


def many_applications(count: int, **fields: Any) -> list[Application]:
    """Many filed applications with one insert, without events."""
    pattern = ApplicationFactory(**fields)
    copies = []
    for _ in range(count - 1):
        row = copy.copy(pattern)
        row.id = new_id()
        row.receipt_number = new_receipt_number(row.id.bytes)
        copies.append(row)
    return [pattern, *Application.objects.bulk_create(copies)]


def AttachmentFactory(**fields: Any) -> Attachment:
    values: dict[str, Any] = {
        "owner_id": None,
        "document_id": "identity",
        "digest": f"{next(_numbers):064x}",
        "name": "運転免許証.jpg",
        "media_type": "image/jpeg",
        "size": 12345,
        "pages": 1,
        "added_at": NOW,
    }
    values["owner_id"] = fields.pop("owner_id", None) or ApplicationFactory().id
    return Attachment.objects.create(**(values | fields))


def CaseEventFactory(**fields: Any) -> CaseEvent:
    fields["application"] = fields.get("application") or ApplicationFactory()
    return CaseEvent.objects.create(**({"at": NOW, "kind": "take"} | fields))


def InternalNoteFactory(**fields: Any) -> InternalNote:
    fields["application"] = fields.get("application") or ApplicationFactory()
    fields["author"] = fields.get("author") or somebody(
        "officer", department_of(fields["application"].procedure_version)
    )
    return InternalNote.objects.create(**({"at": NOW, "text": "電話で確認した。"} | fields))


def CorrectionFactory(**fields: Any) -> Correction:
    application = fields.get("application")
    if application is None:
        return ApplicationFactory(returned=True).corrections.get()
    officer = somebody("officer", department_of(application.procedure_version))
    values = {"asked_at": NOW, "asked_by": officer, "answer_by_on": TODAY + timedelta(days=14)}
    return Correction.objects.create(**(values | fields))


def CorrectionItemFactory(**fields: Any) -> CorrectionItem:
    fields["correction"] = fields.get("correction") or CorrectionFactory()
    values = {
        "target": "question",
        "target_id": "applicant_name",
        "reason_code": "name_differs",
        "before": HANAKO["applicant.name"],
    }
    return CorrectionItem.objects.create(**(values | fields))


def DecisionFactory(**fields: Any) -> Decision:
    """A proposal that was decided, unless `decided_by=None`."""
    application = fields.pop("application", None) or ApplicationFactory(in_review=True)
    department = department_of(application.procedure_version)
    officer, approver = somebody("officer", department), somebody("approver", department)
    values: dict[str, Any] = {
        "application": application,
        "kind": "certified",
        "outcome": "granted",
        "proposed_by": officer,
        "proposed_by_name": officer.display_name,
        "proposed_at": NOW,
        "decided_by": approver,
        "decided_by_name": approver.display_name,
        "decided_at": NOW,
        "document_number": f"盛子ど第8-{next(_numbers)}号",
    }
    if fields.get("decided_by", approver) is None:
        values |= {"decided_by_name": "", "decided_at": None, "document_number": None}
    decision = Decision(**(values | fields))
    if decision.document_number:
        letter = letters.decision_notice(
            application, decision, document_number=decision.document_number, decided_on=TODAY
        )
        decision.notice = letters.stored(letter)
    decision.save()
    return decision


def ConsultationFactory(**fields: Any) -> Consultation:
    """A department that was asked about a proposal and has not answered."""
    fields["decision"] = fields.get("decision") or ApplicationFactory(proposed=True).decisions.get()
    department = fields.pop("department", None) or DepartmentFactory()
    values: dict[str, Any] = {
        "position": 0,
        "department_code": department.code,
        "department_name": department.name,
        "role": "head",
        "days": 3,
        "asked_at": NOW,
        "answer_by_on": TODAY + timedelta(days=3),
    }
    return Consultation.objects.create(**(values | fields))


def ExtensionFactory(**fields: Any) -> Extension:
    """A case whose due day was extended by its officer, to a month later and for want of a survey, unless told."""
    application = fields.pop("application", None) or ApplicationFactory(in_review=True)
    assert application.due_on is not None
    values: dict[str, Any] = {
        "to_on": application.due_on + timedelta(days=28),
        "reason": "調査に日時を要するため。",
        "by": application.holder,
        "now": clock.now(),
    }
    return actions.extend(application=application, **(values | fields))


def DueWarningFactory(**fields: Any) -> DueWarning:
    fields["application"] = application = fields.get("application") or ApplicationFactory()
    return DueWarning.objects.create(
        **({"kind": DueWarning.Kind.SOON, "due_on": application.due_on, "warned_at": NOW} | fields)
    )


def DurationFactory(**fields: Any) -> Duration:
    values = {
        "procedure_id": "child-allowance-claim",
        "half_days": 12,
        "most_days": 19,
        "cases": 40,
        "since_on": TODAY - timedelta(days=365),
        "counted_at": NOW,
    }
    return Duration.objects.create(**(values | fields))


def DocumentCounterFactory(**fields: Any) -> DocumentCounter:
    return DocumentCounter.objects.create(
        **({"id": f"department-{next(_numbers)}:2026", "last": 12} | fields)
    )


def ProducedFileFactory(**fields: Any) -> ProducedFile:
    fields["application"] = fields.get("application") or ApplicationFactory()
    values = {"kind": "copy", "digest": f"{next(_numbers):064x}", "size": 1000, "made_at": NOW}
    return ProducedFile.objects.create(**(values | fields))


def SavedFilterFactory(**fields: Any) -> SavedFilter:
    values: dict[str, Any] = {"name": f"絞り込み{next(_numbers)}", "query": "due=soon", "saved_at": NOW}
    values["owner"] = fields.pop("owner", None) or StaffFactory()
    return SavedFilter.objects.create(**values | fields)


def BulkRunFactory(**fields: Any) -> BulkRun:
    values: dict[str, Any] = {"act": "take", "created_at": NOW}
    values["by"] = fields.pop("by", None) or StaffFactory()
    return BulkRun.objects.create(**values | fields)


def BulkItemFactory(**fields: Any) -> BulkItem:
    application = fields.pop("application", None) or ApplicationFactory()
    values: dict[str, Any] = {"application": application, "position": 0, "version": application.version}
    values["run"] = fields.pop("run", None) or BulkRunFactory()
    return BulkItem.objects.create(**values | fields)


def _officer_for(application: Application) -> Staff:
    return application.holder or somebody("officer", department_of(application.procedure_version))


def MessageFactory(*, from_office: bool = False, **fields: Any) -> Message:
    """A message of who filed, or of the office."""
    fields["application"] = application = fields.get("application") or ApplicationFactory()
    values: dict[str, Any] = {"at": clock.now(), "text": "書類は来週に届きます。"}
    if from_office:
        values |= {"author": _officer_for(application), "text": "書類はいつ届きますか。"}
    return Message.objects.create(**(values | fields))


def ContactFactory(**fields: Any) -> Contact:
    fields["application"] = application = fields.get("application") or ApplicationFactory()
    values: dict[str, Any] = {
        "happened_on": TODAY,
        "way": Contact.Way.TELEPHONE,
        "who": "申請者の母",
        "gist": "来週に書類を持ってくるとのこと。",
        "recorded_at": NOW,
        "recorded_by": _officer_for(application),
    }
    return Contact.objects.create(**(values | fields))


def CaseLookFactory(**fields: Any) -> CaseLook:
    fields["application"] = application = fields.get("application") or ApplicationFactory()
    values = {"staff": _officer_for(application), "seen_at": NOW, "open_until": NOW + timedelta(minutes=2)}
    return CaseLook.objects.create(**(values | fields))


def OpinionRequestFactory(*, answered: bool = False, **fields: Any) -> OpinionRequest:
    """A department asked for its opinion on a case, and its answer."""
    fields["application"] = application = fields.get("application") or ApplicationFactory(in_review=True)
    officer = _officer_for(application)
    values: dict[str, Any] = {
        "asked_at": NOW,
        "asked_by": officer,
        "asked_by_name": officer.display_name,
        "question": "所得の状況について、意見をください。",
        "due_on": TODAY + timedelta(days=14),
    }
    if "department_code" not in fields:
        values["department_code"] = DepartmentFactory(name="税務課").code
    if answered:
        values |= {
            "answered_at": NOW,
            "answered_by": officer,
            "answered_by_name": officer.display_name,
            "answer": OpinionRequest.Answer.SOME,
            "text": "所得の更正があった。",
        }
    return OpinionRequest.objects.create(**(values | fields))


def AnswerEditFactory(**fields: Any) -> AnswerEdit:
    fields["application"] = application = fields.get("application") or ApplicationFactory()
    values = {
        "at": NOW,
        "edited_by": _officer_for(application),
        "channel": Channel.TELEPHONE,
        "reason": "電話で確かめて直しました。",
    }
    return AnswerEdit.objects.create(**(values | fields))


def EditedAnswerFactory(**fields: Any) -> EditedAnswer:
    fields["edit"] = fields.get("edit") or AnswerEditFactory()
    values = {
        "target_id": "applicant_phone",
        "label": "電話番号",
        "before": "0196514110",
        "after": "0196514111",
    }
    return EditedAnswer.objects.create(**(values | fields))


def RoutingRuleFactory(*, people: Iterable[Staff] = (), **fields: Any) -> RoutingRule:
    """A rule that fits every case of the department of 児童手当, unless told."""
    values: dict[str, Any] = {"changed_at": NOW, "people": [str(person.id) for person in people]}
    values["department_code"] = fields.pop("department_code", None) or department_of(offered()).code
    return RoutingRule.objects.create(**values | fields)


def AbsenceFactory(**fields: Any) -> Absence:
    """Somebody is away today, without a substitute, unless told."""
    fields["staff"] = staff = fields.get("staff") or StaffFactory()
    today = clock.today()
    values = {"from_on": today, "until_on": today, "recorded_by": staff, "recorded_at": NOW}
    return Absence.objects.create(**values | fields)


def HandOverOrderFactory(*, to: Iterable[Staff] = (), **fields: Any) -> HandOverOrder:
    """An order of a head that is still to be carried out, of cases that nobody holds, unless told."""
    department = department_of(offered())
    people = list(to) or [somebody("officer", department)]
    values: dict[str, Any] = {
        "department_code": department.code,
        "to": [str(person.id) for person in people],
        "ordered_at": NOW,
        "planned": 1,
    }
    values["ordered_by"] = fields.pop("ordered_by", None) or somebody("head", department)
    return HandOverOrder.objects.create(**values | fields)


def MovedCaseFactory(**fields: Any) -> MovedCase:
    fields["application"] = application = fields.get("application") or ApplicationFactory()
    fields["reorganisation"] = fields.get("reorganisation") or ReorganisationFactory()
    values = {"from_code": "old", "to_code": application.department_code, "moved_at": NOW}
    return MovedCase.objects.create(**values | fields)


def HandoverFactory(**fields: Any) -> Handover:
    """An approved case that waits to be handed over."""
    application = fields.pop("application", None) or ApplicationFactory(closed=True)
    values = {
        "procedure_id": application.procedure_id,
        "procedure_version": application.procedure_version,
        "department_code": application.department_code,
        "since": NOW,
        "queued_at": NOW,
    }
    return Handover.objects.create(application=application, **(values | fields))


def HandoverBatchFactory(**fields: Any) -> HandoverBatch:
    version = fields.pop("procedure_version", None) or offered()
    values: dict[str, Any] = {
        "number": f"20261123-{next(_numbers)}",
        "procedure_id": version.procedure_id,
        "procedure_version": version,
        "department_code": version.department_code,
        "target": "児童手当システム",
        "encoding": "cp932",
        "state": HandoverBatch.State.READY,
        "cases": 1,
        "asked_at": NOW,
        "made_at": NOW,
    }
    values["asked_by"] = fields.pop("asked_by", None) or somebody("officer", department_of(version))
    return HandoverBatch.objects.create(**(values | fields))


def HandoverFileFactory(**fields: Any) -> HandoverFile:
    number = next(_numbers)
    values = {"name": f"case-{number}.csv", "digest": f"{number:064x}", "size": 1200, "cases": 1}
    fields["batch"] = fields.get("batch") or HandoverBatchFactory()
    return HandoverFile.objects.create(**(values | fields))


def HandoverReplacementFactory(**fields: Any) -> HandoverReplacement:
    values = {"column": "請求者姓", "original": "𠮷田", "replacement": "吉田", "at": NOW}
    fields["handover"] = fields.get("handover") or HandoverFactory()
    fields["by"] = fields.get("by") or StaffFactory()
    return HandoverReplacement.objects.create(**(values | fields))


def HandoverAnswerFactory(**fields: Any) -> HandoverAnswer:
    version = offered()
    values = {
        "department_code": version.department_code,
        "procedure_id": version.procedure_id,
        "at": NOW,
        "acknowledged": 1,
        "refused": 0,
        "findings": [[2, "AAAA", "unknown"]],
    }
    fields["by"] = fields.get("by") or StaffFactory()
    return HandoverAnswer.objects.create(**(values | fields))


def RetentionClassFactory(**fields: Any) -> RetentionClass:
    values = {
        "id": f"years-{next(_numbers)}",
        "title": "5年保存",
        "years": 5,
        "basis": "文書管理規程（例）",
        "changed_at": NOW,
    }
    return RetentionClass.objects.create(**(values | fields))


def RetentionAssignmentFactory(**fields: Any) -> RetentionAssignment:
    fields["retention_class"] = fields.get("retention_class") or RetentionClassFactory()
    values = {"procedure_id": "child-allowance-claim", "changed_at": NOW}
    return RetentionAssignment.objects.create(**(values | fields))


def LegalHoldFactory(**fields: Any) -> LegalHold:
    """A closed case that is kept because of an appeal."""
    fields["application"] = fields.get("application") or ApplicationFactory(closed=True)
    fields["set_by"] = fields.get("set_by") or StaffFactory()
    values = {
        "kind": LegalHold.Kind.APPEAL,
        "reason": "審査請求が係属しているため",
        "review_on": TODAY + timedelta(days=365),
        "set_at": NOW,
    }
    return LegalHold.objects.create(**(values | fields))


def DisposalFactory(**fields: Any) -> Disposal:
    """Proposed by an officer, and nobody has decided."""
    version = offered()
    values: dict[str, Any] = {
        "department_code": version.department_code,
        "due_by": TODAY,
        "cases": 1,
        "proposed_at": NOW,
    }
    fields["proposed_by"] = fields.get("proposed_by") or somebody("officer", department_of(version))
    return Disposal.objects.create(**(values | fields))


def DisposalItemFactory(**fields: Any) -> DisposalItem:
    fields["application"] = fields.get("application") or ApplicationFactory(closed=True)
    fields["disposal"] = fields.get("disposal") or DisposalFactory()
    values = {"class_id": "five-years", "years": 5, "ends_on": TODAY - timedelta(days=1)}
    return DisposalItem.objects.create(**(values | fields))


def ErasureRecordFactory(**fields: Any) -> ErasureRecord:
    disposal = fields.pop("disposal", None) or DisposalFactory()
    values: dict[str, Any] = {
        "case_id": new_id(),
        "disposal": disposal,
        "procedure_id": "child-allowance-claim",
        "class_id": "five-years",
        "years": 5,
        "closed_on": date(2020, 6, 1),
        "ends_on": date(2026, 3, 31),
        "proposed_by": disposal.proposed_by,
        "approved_by": StaffFactory(),
        "counts": {"attachments": 2},
        "digests": ["ab" * 32],
        "erased_at": NOW,
    }
    return ErasureRecord.objects.create(**(values | fields))


def StepRequestFactory(**fields: Any) -> StepRequest:
    """A request of a survey that waits for its result."""
    application = fields.pop("application", None) or ApplicationFactory(in_review=True)
    values: dict[str, Any] = {
        "application": application,
        "step_id": "survey",
        "number": StepRequest.objects.filter(application=application).count() + 1,
        "addressee": "市の調査員",
        "asked_by": somebody("officer", department_of(application.procedure_version)),
        "asked_at": clock.now(),
        "due_on": clock.today() + timedelta(days=10),
    }
    return StepRequest.objects.create(**(values | fields))


def StepResultFactory(**fields: Any) -> StepResult:
    request = fields.pop("request", None) or StepRequestFactory()
    values = {
        "number": 1,
        "at": clock.now(),
        "by": request.asked_by,
        "by_name": request.asked_by.display_name,
        "values": {"remarks": "歩行に見守りが要る。"},
    }
    return StepResult.objects.create(request=request, **(values | fields))


def BoardMeetingFactory(**fields: Any) -> BoardMeeting:
    version = offered("care_certification")
    values: dict[str, Any] = {
        "procedure_id": version.procedure_id,
        "step_id": "council",
        "department_code": version.department_code,
        "name": f"第{next(_numbers)}合議体",
        "held_on": clock.today() + timedelta(days=3),
        "place": "市役所 別館 会議室",
        "members": 5,
        "created_at": clock.now(),
    }
    values["created_by"] = fields.pop("created_by", None) or somebody("officer", department_of(version))
    return BoardMeeting.objects.create(**(values | fields))


def AgendaItemFactory(**fields: Any) -> AgendaItem:
    meeting = fields.pop("meeting", None) or BoardMeetingFactory()
    request = fields.pop("request", None) or StepRequestFactory(step_id="council")
    return AgendaItem.objects.create(
        **({"meeting": meeting, "request": request, "number": meeting.items.count() + 1} | fields)
    )


def StepBatchFactory(**fields: Any) -> StepBatch:
    """A list of results of a meeting that was looked at and not begun."""
    meeting = fields.pop("meeting", None) or BoardMeetingFactory()
    values = {
        "kind": StepBatch.Kind.RESULTS,
        "procedure_id": meeting.procedure_id,
        "step_id": meeting.step_id,
        "department_code": meeting.department_code,
        "meeting": meeting,
        "by": meeting.created_by,
        "at": clock.now(),
    }
    return StepBatch.objects.create(**(values | fields))


def StepBatchItemFactory(**fields: Any) -> StepBatchItem:
    batch = fields.pop("batch", None) or StepBatchFactory()
    values = {"position": batch.items.count() + 1, "given": "1", "verdict": "unknown"}
    return StepBatchItem.objects.create(batch=batch, **(values | fields))


def DisasterFactory(**fields: Any) -> Disaster:
    """A heavy rain of August 2026 in the whole city."""
    version = offered("disaster_certificate")
    values: dict[str, Any] = {
        "procedure_id": version.procedure_id,
        "department_code": version.department_code,
        "name": f"令和8年8月豪雨（{next(_numbers)}）",
        "cause": "豪雨",
        "from_on": date(2026, 8, 1),
        "until_on": date(2026, 8, 5),
        "opened_at": clock.now(),
    }
    values["opened_by"] = fields.pop("opened_by", None) or somebody("officer", department_of(version))
    return Disaster.objects.create(**(values | fields))


def DisasterFilingFactory(**fields: Any) -> DisasterFiling:
    values = {"town": "内丸", "bound_at": clock.now()}
    values["disaster"] = fields.pop("disaster", None) or DisasterFactory()
    values["application"] = fields.pop("application", None) or ApplicationFactory()
    return DisasterFiling.objects.create(**(values | fields))


def SecondLookRequestFactory(**fields: Any) -> SecondLookRequest:
    application = fields.pop("application", None) or ApplicationFactory(closed=True)
    values = {
        "decision": application.decisions.get(),
        "asked_on": clock.today(),
        "reason": "2階の傾きを見ていないため。",
        "channel": Channel.COUNTER,
        "entered_at": clock.now(),
    }
    return SecondLookRequest.objects.create(application=application, **(values | fields))


def SlotPlaceFactory(**fields: Any) -> SlotPlace:
    """A room with one time on every weekday morning, of the department that reserves facilities."""
    code = f"room-{next(_numbers)}"
    standard = {
        "stock": "facilities",
        "code": code,
        "name": f"会議室 {code}",
        "department_code": "lifelong-learning",
        "hours": [Hours((0, 1, 2, 3, 4), time(9), time(12), 1, 900).stored],
        "changed_at": NOW,
    }
    return SlotPlace.objects.create(**{**standard, **fields})


def SlotFactory(**fields: Any) -> Slot:
    """A free morning nine days from now."""
    capacity = fields.pop("capacity", 1)
    standard = {
        "day": TODAY + timedelta(days=9),
        "starts_at": time(9),
        "ends_at": time(12),
        "capacity": capacity,
        "free": capacity,
        "price_yen": 900,
    }
    place = fields.pop("place", None) or SlotPlaceFactory()
    return Slot.objects.create(place=place, **{**standard, **fields})


def SlotBookingFactory(**fields: Any) -> SlotBooking:
    """A case that holds a slot; the slot has one place less."""
    slot = fields.pop("slot", None) or SlotFactory()
    application = fields.pop("application", None) or booked_case(slot)
    Slot.objects.filter(id=slot.id).update(free=slot.free - 1)
    slot.refresh_from_db()
    return SlotBooking.objects.create(slot=slot, application=application, taken_at=NOW, **fields)


def booked_case(slot: Slot, **fields: Any) -> Application:
    """A filing for this slot, which does not hold it yet."""
    version = offered("facility_reservation")
    answers = {**sample("facility_reservation_meeting")["answers"], "booking": canonical(slot)}
    return ApplicationFactory(procedure_version=version, answers=answers, **fields)


def stocked(answers: dict[str, Any], *, stock: str = "facilities", question: str = "booking") -> Slot | None:
    """The slot that these answers name, free in the stock; None where they name none."""
    value = answers.get(question)
    if not isinstance(value, dict) or "resource" not in value:
        return None
    place = SlotPlaceFactory(stock=stock, code=value["resource"], name=value["name"], hours=[])
    return SlotFactory(
        place=place,
        day=date.fromisoformat(value["day"]),
        starts_at=time.fromisoformat(value["start"]),
        ends_at=time.fromisoformat(value["end"]),
        price_yen=value["price_yen"],
    )


def CaseFeeFactory(**fields: Any) -> CaseFee:
    """A fee of 600 yen that nobody has paid, unless told."""
    application = fields.pop("application", None) or ApplicationFactory()
    values: dict[str, Any] = {
        "application": application,
        "procedure_id": application.procedure_id,
        "filed_at": application.filed_at,
        "full_yen": 600,
        "amount_yen": 600,
    }
    fee = CaseFee(**(values | fields))
    fee.state = fee.standing.state
    fee.save()
    return fee


def FeeRecordFactory(**fields: Any) -> FeeRecord:
    """600 yen paid in cash today, as a row alone: the sums of the case are not touched."""
    application = fields.pop("application", None) or ApplicationFactory()
    values: dict[str, Any] = {
        "application": application,
        "kind": "paid",
        "amount_yen": 600,
        "method": "cash",
        "counted_on": TODAY,
        "recorded_at": NOW,
    }
    values["recorded_by"] = fields.pop("recorded_by", None) or _officer_for(application)
    return FeeRecord.objects.create(**(values | fields))
