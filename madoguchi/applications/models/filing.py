"""What is filed: drafts, applications (申請・届出), the files that came with them."""

from django.db import models

from madoguchi.applications.rules import Channel, Status
from madoguchi.common.ids import new_id
from madoguchi.common.lookups import BEGINS_CLASS
from madoguchi.identity.models import Staff
from madoguchi.procedures.models import ProcedureVersion

LONGEST_KEY = 200


def _beginnings(key: str) -> models.Index:
    """With the id behind it, so that a search reads no row of a case."""
    return models.Index(
        fields=[f"{key}_key", "id"], name=f"application_{key}", opclasses=[BEGINS_CLASS, "uuid_ops"]
    )


# All that the tabs count and the list is put in order by, so that no row is read for it.
_LISTED = {
    "department_code": "varchar_ops",
    "status": "varchar_ops",
    "due_on": "date_ops",
    "filed_at": "timestamptz_ops",
    "holder": "uuid_ops",
    "erased_at": "timestamptz_ops",
    "id": "uuid_ops",
}


def _names(key: str) -> models.Index:
    """With the columns of the list behind it: hundreds may be called the same, and a page of them is shown."""
    return models.Index(
        fields=[f"{key}_key", *_LISTED],
        name=f"application_{key}",
        opclasses=[BEGINS_CLASS, *_LISTED.values()],
    )


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
    origins = models.JSONField(
        default=dict
    )  # of answers from an earlier filing, by target (household.note_of)
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
    erased_at = models.DateTimeField(null=True)  # what is left is the row that figures need

    filed_answers = models.JSONField()
    answers = models.JSONField()
    origins = models.JSONField(default=dict)  # of filed answers from an earlier filing, by target
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
            models.Index(fields=[*_LISTED], name="application_inbox"),
            models.Index(fields=["department_code", "closed_at"], name="application_done"),
            models.Index(fields=["department_code", "filed_at"], name="application_all"),
            models.Index(fields=["holder", "status", "due_on"], name="application_holder"),
            models.Index(fields=["filed_at"], name="application_filed"),
            models.Index(fields=["birth_on"], name="application_birth"),
            *(_names(key) for key in ("name", "kana")),
            *(_beginnings(key) for key in ("given", "given_kana", "address")),
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
