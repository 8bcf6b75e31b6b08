"""What was decided: proposals and decisions (起案・決定), their numbers, the papers made of them."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


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
