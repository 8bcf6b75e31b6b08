"""What personal data this room keeps, for the register of the city.

How long a closed case is kept is decided per class of records (文書保存期間): `RetentionAssignment` says which class a
procedure belongs to, and nothing of a case is erased before a head has approved it (`actions/disposal.py`).
"""

from django.conf import settings

from madoguchi.common.registers import PersonalData, personal_data

_CASE = (
    "Handling the case from filing to decision, and answering for it afterwards (行政手続法, 公文書管理条例)"
)


def _add(
    model: str,
    fields: tuple[str, ...] = (),
    purpose: str = "",
    retention_days: int | None = None,
    by_class: bool = False,
) -> None:
    personal_data.add(f"applications.{model}", PersonalData(fields, purpose, retention_days, by_class))


def _add_of_case(model: str, fields: tuple[str, ...], purpose: str) -> None:
    """What is erased with its case."""
    _add(model, fields, purpose, by_class=True)


_add(
    "Draft",
    ("answers", "typed", "origins", "email", "received_on"),
    "Keeping what was typed so that it can be finished and filed later",
    int(settings.DRAFT_DAYS),
)
_add_of_case(
    "Application",
    (
        "filed_answers",
        "answers",
        "origins",
        "applicant_name",
        "name_key",
        "given_key",
        "kana_key",
        "given_kana_key",
        "address_key",
        "birth_on",
        "email",
        "receipt_number",
    ),
    _CASE,
)
_add_of_case("Attachment", ("name", "digest"), "The papers that prove what was filed")
_add_of_case("CaseEvent", ("detail",), "Telling what happened to a case, when and by whom")
_add_of_case("InternalNote", ("text",), "Notes of the officers on a case, never shown to residents")
_add_of_case("Correction", ("message",), "Asking for what is missing or wrong (行政手続法 第7条)")
_add_of_case(
    "CorrectionItem", ("text", "before", "after"), "Saying what is to be put right, and what it became"
)
_add_of_case(
    "Decision",
    (
        "reason",
        "draft_text",
        "addition",
        "absence",
        "proposed_by_name",
        "decided_by_name",
        "read_later_by_name",
        "sent_back_by_name",
        "sent_back_reason",
        "notice",
    ),
    "The decision word for word, its reason, and who proposed and decided it (行政手続法 第8条)",
)
_add_of_case(
    "Consultation",
    ("words", "asked_because", "passed_over_because", "answered_by_name", "passed_over_by_name"),
    "What other departments said to a proposal, and who said it",
)
_add_of_case(
    "Extension",
    ("reason", "extended_by_name", "notice"),
    "Telling why a case takes longer, and until when, and answering for it afterwards",
)
_add("DueWarning")
_add("Duration")
_add("DocumentCounter")
_add_of_case(
    "ProducedFile", ("digest",), "The papers the city made for a case, to be handed out again unchanged"
)
_add("SavedFilter")
_add("BulkRun", ("reason",), "What was done to many cases at once, by whom")
_add("BulkItem", ("before",), "Undoing what was done to many cases at once")
_add_of_case("Message", ("text",), "What the office and who filed wrote to each other about a case")
_add_of_case(
    "Contact", ("who", "gist"), "What was said by telephone, at the counter, by letter, for staff only"
)
_add("CaseLook")
_add_of_case(
    "OpinionRequest",
    ("question", "text", "asked_by_name", "answered_by_name"),
    "Asking other departments for their opinion on a case, never shown to residents",
)
_add_of_case("AnswerEdit", ("reason",), "Why staff put an answer right, told to who filed")
_add_of_case("EditedAnswer", ("before", "after"), "What an answer was and became when staff put it right")
_add("RoutingRule", ("people",), "Giving a new case to somebody who handles it")
_add(
    "Absence",
    ("staff", "substitute", "from_on", "until_on"),
    "Keeping the cases of somebody who is away from lying still",
)
_add(
    "HandOverOrder",
    ("from_staff", "to", "ordered_by"),
    "Giving many cases of one officer to colleagues at once",
)
_add("MovedCase")
_add_of_case(
    "Handover",
    ("reason",),
    "Handing an approved case over to the core system that pays or keeps the register",
)
_add("HandoverBatch")
_add("HandoverFile", ("digest",), "The files for core systems, to be handed over again unchanged", 90)
_add_of_case(
    "HandoverReplacement",
    ("original", "replacement"),
    "Answering for what was put in place of a value that a core system cannot take",
)
_add("HandoverAnswer", ("findings",), "Lines of a core system's answer that a person must look at", 90)
_add("RetentionClass")
_add("RetentionAssignment")
_add_of_case("LegalHold", ("reason", "end_reason"), "Saying why a case must not be erased yet (保留)")
_add("Disposal", ("reason",), "Saying why a proposal to erase was rejected")
_add("DisposalItem")
_add("ErasureRecord", ("digests",), "Proving what was erased, when and by whose approval (廃棄の記録)")
_add_of_case(
    "StepRequest",
    ("addressee", "message", "letter", "result", "cancel_reason"),
    "Asking others for what a review needs (調査, 意見書, 審査会), and keeping what they found",
)
_add_of_case(
    "StepResult",
    ("values", "reason", "by_name"),
    "What others found, word for word, and why it was corrected",
)
_add("BoardMeeting")
_add("AgendaItem")
_add("StepBatch", ("reason",), "Entering results and proposing decisions for many cases at once")
_add_of_case(
    "StepBatchItem",
    ("values", "given", "detail"),
    "What was given for each case of a list, and what became of it",
)
_add("Disaster")
_add("DisasterFiling")  # the area stays for the counts of the disaster
_add_of_case("SecondLookRequest", ("reason",), "Looking again at a decision on request (再調査)")
_add_of_case(
    "CaseFee",
    ("amount_yen", "paid_yen", "waived_yen", "kept_yen"),
    "Knowing what a case costs and what of it is still to be paid (手数料)",
)
_add_of_case(
    "FeeRecord",
    ("amount_yen", "voucher_number", "reason", "recorded_by"),
    "Answering for money that was taken, waived or given back, and by whom (収納)",
)
_add("SlotPlace")
_add("Slot")
_add_of_case("SlotBooking", ("slot",), "Keeping the time that a case booked from being booked by others")
