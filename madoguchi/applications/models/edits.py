"""Answers put right by staff (職員による訂正): why, by whom, what they were and became."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class AnswerEdit(models.Model):
    """One edit of the answers by staff; `reason` is told to who filed. What was filed stays in `filed_answers`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="edits")
    at = models.DateTimeField()
    edited_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)  # how it became known
    reason = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(name="edit_states_reason", condition=~models.Q(reason=""))]

    def __str__(self) -> str:
        return f"edit {self.id}"


class EditedAnswer(models.Model):
    """One answer of an edit; `origin` is staff for what they typed, dropped or computed for what followed from it."""

    class Origin(models.TextChoices):
        STAFF = "staff"
        DROPPED = "dropped"
        COMPUTED = "computed"

    id = models.UUIDField(primary_key=True, default=new_id)
    edit = models.ForeignKey(AnswerEdit, on_delete=models.PROTECT, related_name="items")
    position = models.IntegerField(default=0)
    target_id = models.CharField(max_length=120)
    label = models.CharField(max_length=300)  # as it was called then: a member may be gone later
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.STAFF)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"edited answer {self.target_id}"
