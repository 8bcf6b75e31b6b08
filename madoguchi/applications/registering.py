"""What personal data this room keeps, for the register of the city.

How long a closed case is kept is decided per class of records (文書保存期間) with the retention rules; until then
nothing of a case is forgotten by itself.
"""

from django.conf import settings

from madoguchi.common.registers import PersonalData, personal_data

_CASE = (
    "Handling the case from filing to decision, and answering for it afterwards (行政手続法, 公文書管理条例)"
)


def _add(
    model: str, fields: tuple[str, ...] = (), purpose: str = "", retention_days: int | None = None
) -> None:
    personal_data.add(f"applications.{model}", PersonalData(fields, purpose, retention_days))


_add(
    "Draft",
    ("answers", "typed", "email", "received_on"),
    "Keeping what was typed so that it can be finished and filed later",
    int(settings.DRAFT_DAYS),
)
_add(
    "Application",
    (
        "filed_answers",
        "answers",
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
_add("Attachment", ("name", "digest"), "The papers that prove what was filed")
_add("CaseEvent", ("detail",), "Telling what happened to a case, when and by whom")
_add("InternalNote", ("text",), "Notes of the officers on a case, never shown to residents")
_add("Correction", ("message",), "Asking for what is missing or wrong (行政手続法 第7条)")
_add("CorrectionItem", ("text", "before", "after"), "Saying what is to be put right, and what it became")
_add(
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
_add(
    "Consultation",
    ("words", "asked_because", "passed_over_because", "answered_by_name", "passed_over_by_name"),
    "What other departments said to a proposal, and who said it",
)
_add(
    "Extension",
    ("reason", "extended_by_name", "notice"),
    "Telling why a case takes longer, and until when, and answering for it afterwards",
)
_add("DueWarning")
_add("Duration")
_add("DocumentCounter")
_add("ProducedFile", ("digest",), "The papers the city made for a case, to be handed out again unchanged")
_add("SavedFilter")
_add("BulkRun", ("reason",), "What was done to many cases at once, by whom")
_add("BulkItem", ("before",), "Undoing what was done to many cases at once")
_add("Message", ("text",), "What the office and who filed wrote to each other about a case")
_add("Contact", ("who", "gist"), "What was said by telephone, at the counter, by letter, for staff only")
_add("CaseLook")
_add(
    "OpinionRequest",
    ("question", "text", "asked_by_name", "answered_by_name"),
    "Asking other departments for their opinion on a case, never shown to residents",
)
_add("AnswerEdit", ("reason",), "Why staff put an answer right, told to who filed")
_add("EditedAnswer", ("before", "after"), "What an answer was and became when staff put it right")
_add("RoutingRule", ("people",), "Giving a new case to somebody who handles it")
_add(
    "Absence",
    ("staff", "substitute", "from_on", "until_on"),
    "Keeping the cases of somebody who is away from lying still",
)
_add("HandOver", ("from_staff", "to", "ordered_by"), "Giving many cases of one officer to colleagues at once")
_add("MovedCase")
