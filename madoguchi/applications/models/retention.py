"""How long records are kept (保存期間), holds (保留), disposals (廃棄) and the proof of what was erased."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class RetentionClass(models.Model):
    """A class of records: how many years they are kept, from the 1 April after the case was closed."""

    id = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=80)
    years = models.IntegerField()
    basis = models.CharField(max_length=200)  # the rule of the city that says so
    version = models.IntegerField(default=1)
    changed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="retention_years_in_range", condition=models.Q(years__gte=1, years__lte=100)
            )
        ]

    def __str__(self) -> str:
        return f"retention class {self.id}"


class RetentionAssignment(models.Model):
    """Which class the cases of a procedure belong to; without one nothing of it is ever erased."""

    procedure_id = models.CharField(max_length=80, primary_key=True)
    retention_class = models.ForeignKey(RetentionClass, on_delete=models.PROTECT, related_name="assignments")
    version = models.IntegerField(default=1)
    changed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"retention of {self.procedure_id}"


class LegalHold(models.Model):
    """Keeps a case from being erased whatever its class says, until somebody ends it (保留)."""

    class Kind(models.TextChoices):
        APPEAL = "appeal"
        DISCLOSURE = "disclosure"
        AUDIT = "audit"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.TextField()
    review_on = models.DateField()  # the day to look whether it is still needed; it does not end by itself
    set_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["review_on"], name="hold_review")]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(ended_at__isnull=True), name="one_open_hold"
            ),
            models.CheckConstraint(name="hold_states_reason", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"hold {self.id}"


class Disposal(models.Model):
    """Cases proposed to be erased together, and who approved it: never the person who proposed it."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        REJECTED = "rejected"
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=new_id)
    department_code = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    due_by = models.DateField()  # their period ended before this day
    cases = models.IntegerField()
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")  # why it was rejected
    finished_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["department_code", "proposed_at"], name="disposals")]
        constraints = [
            models.CheckConstraint(
                name="nobody_approves_own_disposal",
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="disposal_runs_when_approved",
                condition=~models.Q(state__in=["running", "done"]) | models.Q(decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"disposal {self.id}"


class DisposalItem(models.Model):
    """One case of a disposal and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ERASED = "erased"
        KEPT = "kept"

    id = models.UUIDField(primary_key=True, default=new_id)
    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    class_id = models.CharField(max_length=40)
    years = models.IntegerField()
    ends_on = models.DateField()  # the last day of its period
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=20, default="")  # why it was kept
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disposal", "application"], name="disposed_of_once"),
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state="waiting"),
                name="in_one_open_disposal",
            ),
        ]

    def __str__(self) -> str:
        return f"disposal item {self.id}"


class ErasureRecord(models.Model):
    """The proof that the personal part of a case was erased: what, when, under which class, approved by whom."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField(unique=True)  # nothing is erased twice
    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="records")
    procedure_id = models.CharField(max_length=80)
    class_id = models.CharField(max_length=40)
    years = models.IntegerField()
    closed_on = models.DateField()
    ends_on = models.DateField()
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField()  # rows by table
    digests = models.JSONField()  # SHA-256 of the contents the case referred to
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erasure record {self.id}"
