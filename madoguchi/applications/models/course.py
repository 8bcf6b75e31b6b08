"""What happens to a case between filing and decision: events, notes, corrections (補正)."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


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
        indexes = [models.Index(fields=["asked_at"], name="correction_asked")]
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
