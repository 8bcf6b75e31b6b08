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
    ("reason", "proposed_by_name", "decided_by_name", "sent_back_reason", "notice"),
    "The decision word for word, its reason, and who proposed and decided it (行政手続法 第8条)",
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
_add(
    "StepRequest",
    ("addressee", "message", "letter", "result", "cancel_reason"),
    "Asking others for what a review needs (調査, 意見書, 審査会), and keeping what they found",
)
_add(
    "StepResult",
    ("values", "reason", "by_name"),
    "What others found, word for word, and why it was corrected",
)
_add("BoardMeeting")
_add("AgendaItem")
_add("StepBatch", ("reason",), "Entering results and proposing decisions for many cases at once")
_add(
    "StepBatchItem",
    ("values", "given", "detail"),
    "What was given for each case of a list, and what became of it",
)
_add("Disaster")
_add("DisasterFiling", ("town",), "Counting the filings of a disaster by area and grade")
_add("SecondLookRequest", ("reason",), "Looking again at a decision on request (再調査)")
