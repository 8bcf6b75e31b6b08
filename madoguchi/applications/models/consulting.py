"""Who was consulted about a proposal (合議), and what they said."""

from django.db import models

from madoguchi.applications.chains import CONSENTS, Opinion
from madoguchi.applications.models.deciding import Decision
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class Consultation(models.Model):
    """One department that is asked about a proposal, with the names as they were; asked again, it is a new row."""

    id = models.UUIDField(primary_key=True, default=new_id)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="consultations")
    position = models.IntegerField()
    round = models.IntegerField(default=1)
    department_code = models.CharField(max_length=60)
    department_name = models.CharField(max_length=60)
    role = models.CharField(max_length=20)
    post = models.CharField(max_length=200, default="")
    days = models.IntegerField()
    asked_at = models.DateTimeField(null=True)  # null until it is its turn
    asked_because = models.TextField(default="")  # why it was asked again
    answer_by_on = models.DateField(null=True)
    reminded_at = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=20, default="", choices=Opinion.choices)
    words = models.TextField(default="")
    answered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    answered_by_name = models.CharField(max_length=120, default="")
    answered_by_post = models.CharField(max_length=300, default="")
    answered_at = models.DateTimeField(null=True)
    passed_over_because = models.TextField(default="")
    passed_over_at = models.DateTimeField(null=True)
    passed_over_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    passed_over_by_name = models.CharField(max_length=120, default="")
    replaced_at = models.DateTimeField(null=True)  # by the row with which it was asked again

    class Meta:
        indexes = [
            models.Index(
                fields=["department_code", "answer_by_on"],
                condition=models.Q(opinion="", replaced_at=None, passed_over_at=None, asked_at__isnull=False),
                name="consultation_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["decision", "position", "round"], name="consulted_once_a_round"),
            models.CheckConstraint(
                name="other_opinion_states_reason",
                condition=~models.Q(opinion__in=["remarked", "disagreed"]) | ~models.Q(words=""),
            ),
            models.CheckConstraint(
                name="passed_over_with_reason",
                condition=models.Q(passed_over_by=None) | ~models.Q(passed_over_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"consultation {self.id}"

    @property
    def is_asked(self) -> bool:
        """Whether it has been its turn."""
        return self.asked_at is not None

    @property
    def is_settled(self) -> bool:
        """Whether the decision waits for it no more: consent, or the approver went on without it."""
        return self.opinion in CONSENTS or bool(self.passed_over_because)
