"""Handing approved cases over to core systems (基幹システム): state of each case, batches, what came back."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.procedures.models import ProcedureVersion


class HandoverBatch(models.Model):
    """One lot of cases for one core system; its files are made once and never differ."""

    class State(models.TextChoices):
        MAKING = "making"
        READY = "ready"
        TAKEN_BACK = "taken_back"  # what was not acknowledged waits again
        EMPTY = "empty"  # none of its cases could be written

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=20)
    procedure_id = models.CharField(max_length=80)
    procedure_version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    department_code = models.CharField(max_length=40)
    target = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=State.choices, default=State.MAKING)
    cases = models.IntegerField(default=0)
    # A protected case (支援措置) goes alone, so that its file is opened like the case itself.
    protected_case = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    files_erased_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["department_code", "asked_at"], name="handover_batches"),
            models.Index(fields=["files_erased_at", "made_at"], name="handover_batch_files"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["procedure_id", "number"], name="handover_batch_number_once")
        ]

    def __str__(self) -> str:
        return f"handover batch {self.id}"


class HandoverFile(models.Model):
    """A file of a batch as it went out. Its digest stays as a proof when its content is no longer kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    batch = models.ForeignKey(HandoverBatch, on_delete=models.PROTECT, related_name="files")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=160)
    digest = models.CharField(max_length=64, db_index=True)
    size = models.IntegerField()
    cases = models.IntegerField()
    dropped_at = models.DateTimeField(null=True)  # when it was last put into the drop folder
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "name"], name="handover_file_once")]

    def __str__(self) -> str:
        return f"handover file {self.id}"


class Handover(models.Model):
    """An approved case on its way to its core system; its id goes along, so that it is known when it comes again."""

    class State(models.TextChoices):
        WAITING = "waiting"
        NEEDS_PERSON = "needs_person"
        PROTECTED = "protected"  # goes only by an act of the responsible person
        MAKING = "making"
        SENT = "sent"
        ACKNOWLEDGED = "acknowledged"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="handover")
    procedure_id = models.CharField(max_length=80)
    procedure_version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    department_code = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    since = models.DateTimeField()
    encoding = models.CharField(max_length=20, default="")  # chosen for this case; empty: the definition's
    reason = models.CharField(
        max_length=500, default=""
    )  # why the core system refused, or what was done by hand
    batch = models.ForeignKey(HandoverBatch, on_delete=models.PROTECT, null=True, related_name="handovers")
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["department_code", "state", "since"], name="handover_states"),
            models.Index(fields=["procedure_id", "department_code", "state"], name="handover_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                name="handover_sent_names_batch",
                condition=~models.Q(state__in=["making", "sent"]) | models.Q(batch__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"handover {self.id}"


class HandoverReplacement(models.Model):
    """What a person put in place of a value the core system cannot take; the answer itself stays as it was given."""

    id = models.UUIDField(primary_key=True, default=new_id)
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="replacements")
    column = models.CharField(max_length=220)
    original = models.TextField()
    replacement = models.TextField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"handover replacement {self.id}"


class HandoverAnswer(models.Model):
    """One answer of a core system, read from its file: what was taken over from it, and what made no sense."""

    id = models.UUIDField(primary_key=True, default=new_id)
    department_code = models.CharField(max_length=40)
    procedure_id = models.CharField(max_length=80)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    acknowledged = models.IntegerField()
    refused = models.IntegerField()
    findings = models.JSONField(default=list)  # line, what stood there, code

    def __str__(self) -> str:
        return f"handover answer {self.id}"
