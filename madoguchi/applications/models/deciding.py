"""What was decided: proposals and decisions (起案・決定), their numbers, the papers made of them."""

from django.db import models

from madoguchi.applications.chains import Capacity
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
    draft_text = models.TextField(default="")  # 起案文
    addition = models.TextField(default="")  # what the drafter wrote into the part of the letter left to them
    chain = models.JSONField(default=dict)  # who decides, as the definition said then (`chains.Chain`)
    content_digest = models.CharField(max_length=64, default="")
    # What lists ask for, of the chain: "" stands for the department of the case, and for no substitute.
    deciding_department = models.CharField(max_length=60, default="")
    deciding_role = models.CharField(max_length=20, default="approver")
    substitute_role = models.CharField(max_length=20, default="")
    proposed_by_post = models.CharField(max_length=300, default="")
    decided_by_post = models.CharField(max_length=300, default="")
    decided_as = models.CharField(max_length=20, default="", choices=Capacity.choices)
    absence = models.TextField(default="")  # why the substitute decided (代決)
    read_later_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")  # 後閲
    read_later_by_name = models.CharField(max_length=120, default="")
    read_later_by_post = models.CharField(max_length=300, default="")
    read_later_at = models.DateTimeField(null=True)
    sent_back_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    sent_back_by_name = models.CharField(max_length=120, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["proposed_at", "id"],
                condition=models.Q(decided_at=None, sent_back_at=None),
                name="decision_waiting",
            ),
            models.Index(
                fields=["decided_at", "id"],
                condition=models.Q(decided_as="substitute", read_later_at=None),
                name="decision_to_read_later",
            ),
        ]
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
            models.CheckConstraint(
                name="substitute_states_absence",
                condition=~models.Q(decided_as="substitute") | ~models.Q(absence=""),
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
    """The last document number (文書番号) of a fiscal year, of the departments whose numbers begin alike."""

    id = models.CharField(max_length=60, primary_key=True)  # how the numbers begin, and the fiscal year
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
