"""Filings: drafts of residents, applications (申請・届出) and what the desk did with them."""

from django.db import models

from madoguchi.applications.rules import Channel, Status
from madoguchi.common.ids import new_id
from madoguchi.common.lookups import BEGINS_CLASS
from madoguchi.identity.models import Staff
from madoguchi.procedures.models import ProcedureVersion

__all__ = [
    "Application",
    "Attachment",
    "CaseEvent",
    "Channel",
    "Correction",
    "CorrectionItem",
    "Decision",
    "DocumentCounter",
    "Draft",
    "DueWarning",
    "Duration",
    "Extension",
    "InternalNote",
    "ProducedFile",
    "SavedFilter",
    "Status",
]


LONGEST_KEY = 200


def _beginnings(key: str) -> models.Index:
    return models.Index(fields=[f"{key}_key"], name=f"application_{key}", opclasses=[BEGINS_CLASS])


class Draft(models.Model):
    """A filing in the making. Its id becomes the id of the application, so one draft is filed at most once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    procedure_id = models.CharField(max_length=80)
    procedure_version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    entered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    received_on = models.DateField(null=True)  # paper, telephone, counter: the day it reached the office
    answers = models.JSONField(default=dict)
    typed = models.JSONField(default=dict)  # what was typed on pages that still have errors, by page
    asked_again = models.JSONField(default=list)  # ids of questions a new version asks again
    language = models.CharField(max_length=10, default="ja")
    resume_code = models.CharField(max_length=12, unique=True)
    secret_digest = models.CharField(max_length=64, default="")
    email = models.CharField(max_length=254, default="")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    reminded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"draft {self.id}"


class Application(models.Model):
    """A filing that was received. `answers` are as they stand now; `filed_answers` as they were filed."""

    id = models.UUIDField(primary_key=True)
    receipt_number = models.CharField(max_length=12, unique=True)
    secret_digest = models.CharField(max_length=64)
    procedure_id = models.CharField(max_length=80)
    procedure_version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    department_code = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    entered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10, default="ja")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.FILED)
    status_since = models.DateTimeField()
    version = models.IntegerField(default=1)
    holder = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    filed_at = models.DateTimeField()
    received_on = models.DateField()
    due_on = models.DateField(null=True)
    paused_days = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    filed_answers = models.JSONField()
    answers = models.JSONField()
    applicant_name = models.CharField(max_length=200, default="")
    # Search keys (`japan.kana.search_key`): names from their beginning and from the given name on, letters and reading.
    name_key = models.CharField(max_length=LONGEST_KEY, default="")
    given_key = models.CharField(max_length=LONGEST_KEY, default="")
    kana_key = models.CharField(max_length=LONGEST_KEY, default="")
    given_kana_key = models.CharField(max_length=LONGEST_KEY, default="")
    address_key = models.CharField(max_length=LONGEST_KEY, default="")  # from the town (町字) on
    birth_on = models.DateField(null=True)
    email = models.CharField(max_length=254, default="")

    class Meta:
        indexes = [
            models.Index(fields=["department_code", "status", "due_on"], name="application_inbox"),
            models.Index(fields=["department_code", "closed_at"], name="application_done"),
            models.Index(fields=["department_code", "filed_at"], name="application_all"),
            models.Index(fields=["holder", "status", "due_on"], name="application_holder"),
            models.Index(fields=["filed_at"], name="application_filed"),
            models.Index(fields=["birth_on"], name="application_birth"),
            *(_beginnings(key) for key in ("name", "given", "kana", "given_kana", "address")),
            models.Index(
                fields=["closed_at", "procedure_id", "received_on"],
                condition=models.Q(status="closed"),
                name="application_durations",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="closed_says_when",
                condition=~models.Q(status="closed") | models.Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.id}"

    @property
    def own_keys(self) -> set[str]:
        """The keys of the whole name, in letters and as it is read: what a person is known by."""
        return {self.name_key, self.kana_key} - {""}


class Attachment(models.Model):
    """A file of a draft or of the application that has the draft's id."""

    id = models.UUIDField(primary_key=True, default=new_id)
    owner_id = models.UUIDField(db_index=True)
    document_id = models.CharField(max_length=120)  # document id, or question id with the member
    digest = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=60)
    size = models.IntegerField()
    pages = models.IntegerField(default=0)  # 0: not known
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80, default="")
    replaced_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"attachment {self.id}"


class CaseEvent(models.Model):
    """One thing that happened to an application, in the order in which it happened."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.kind} of application {self.application_id}"


class InternalNote(models.Model):
    """A note of staff for staff; no page of residents reads this table."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    author = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()

    def __str__(self) -> str:
        return f"note {self.id}"


class Correction(models.Model):
    """One request for correction (補正): what is wrong, why, until when."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="corrections")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    answer_by_on = models.DateField()
    message = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(answered_at__isnull=True),
                name="one_open_correction",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.id}"


class CorrectionItem(models.Model):
    """One question or document to be put right, with what it was and what it became."""

    id = models.UUIDField(primary_key=True, default=new_id)
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="items")
    position = models.IntegerField(default=0)  # in the order of asking
    target = models.CharField(max_length=10)  # question or document
    target_id = models.CharField(max_length=120)
    reason_code = models.CharField(max_length=60)
    text = models.TextField(default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"correction item {self.target_id}"


class Decision(models.Model):
    """What was proposed by one person and decided by another."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20)
    reason = models.TextField(default="")
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_by_name = models.CharField(max_length=120)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=120, default="")
    decided_at = models.DateTimeField(null=True)
    sent_back_at = models.DateTimeField(null=True)
    sent_back_reason = models.TextField(default="")
    document_number = models.CharField(max_length=60, null=True, unique=True)
    notice = models.JSONField(default=dict)  # the letter as it was decided, word for word
    notice_digest = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            # 行政手続法 第8条: a refusal states its reason.
            models.CheckConstraint(
                name="refusal_states_reason",
                condition=~models.Q(outcome__in=["refused", "dismissed", "returned"]) | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="nobody_decides_own_proposal",
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(decided_at__isnull=True, sent_back_at__isnull=True),
                name="one_open_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.id}"


class Extension(models.Model):
    """One extension of the due day (延長): told by a letter with its reason, never changed afterwards."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="extensions")
    from_on = models.DateField()
    to_on = models.DateField()
    days = models.IntegerField()  # in the unit of the definition's clock
    reason = models.TextField()
    extended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    extended_by_name = models.CharField(max_length=120)
    extended_at = models.DateTimeField()
    document_number = models.CharField(max_length=60, unique=True)
    notice = models.JSONField()  # the letter word for word

    class Meta:
        constraints = [
            models.CheckConstraint(name="extension_states_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="extended_to_a_later_day", condition=models.Q(to_on__gt=models.F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"extension {self.id}"


class DueWarning(models.Model):
    """A department was warned of the due day of a case: once before it, once when it is past."""

    class Kind(models.TextChoices):
        SOON = "soon"
        OVERDUE = "overdue"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="due_warnings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    due_on = models.DateField()  # a day that is moved is warned of anew
    warned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "kind", "due_on"], name="warned_of_a_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of application {self.application_id}"


class Duration(models.Model):
    """How many days the decided cases of a procedure took of late; only where there are enough of them."""

    procedure_id = models.CharField(max_length=80, primary_key=True)
    half_days = models.IntegerField()  # half of the cases took no longer
    most_days = models.IntegerField()  # nine of ten took no longer
    cases = models.IntegerField()
    since_on = models.DateField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"durations of {self.procedure_id}"


class DocumentCounter(models.Model):
    """The last document number (文書番号) a department used in a fiscal year."""

    id = models.CharField(max_length=60, primary_key=True)  # department and fiscal year
    last = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"document numbers {self.id}"


class ProducedFile(models.Model):
    """A PDF made for an application: the copy of what was filed, a decision's letter."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="produced")
    kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40, default="")
    digest = models.CharField(max_length=64, db_index=True)
    size = models.IntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "kind", "subject_id"], name="produced_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of application {self.application_id}"


class SavedFilter(models.Model):
    """A view of the list of cases under a name: one person's own, or shared with a department."""

    id = models.UUIDField(primary_key=True, default=new_id)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    department_code = models.CharField(max_length=40, default="")  # shared with it; empty: the owner's own
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)  # as in the address; never whom somebody searched for
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(department_code=""), name="own_filter_once"
            ),
            models.UniqueConstraint(
                fields=["department_code", "name"],
                condition=~models.Q(department_code=""),
                name="shared_filter_once",
            ),
        ]

    def __str__(self) -> str:
        return f"saved filter {self.id}"
