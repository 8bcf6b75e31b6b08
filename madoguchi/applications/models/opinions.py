"""Opinions of other departments (意見照会): what was asked of whom, what they may see for it, what they said."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class OpinionRequest(models.Model):
    """One department asked for its opinion. It sees `sections` of the answers, and those only while it is awaited."""

    class Answer(models.TextChoices):
        SOME = "some"
        NONE = "none"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="opinions")
    department_code = models.CharField(max_length=40)  # who is asked
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=120)
    question = models.TextField()
    sections = models.JSONField(default=list)  # ids of the sections whose answers are opened
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True)  # that the day is near
    overdue_told_at = models.DateTimeField(null=True)  # that it is past
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    answered_by_name = models.CharField(max_length=120, default="")
    answer = models.CharField(max_length=10, choices=Answer.choices, default="")
    text = models.TextField(default="")
    after_decision = models.BooleanField(default=False)  # it came when the case was over

    class Meta:
        indexes = [
            models.Index(fields=["department_code", "answered_at", "due_on"], name="opinion_of_department"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "department_code"],
                condition=models.Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="department_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                name="opinion_answered_or_withdrawn",
                condition=models.Q(answered_at__isnull=True) | models.Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="an_opinion_is_written",
                condition=~models.Q(answer="some") | ~models.Q(text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"opinion {self.id}"
