"""Achievement records (実績): what a person records by hand, with its proof, until a room computes it."""

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.plan.desk_states import AchievementState


class Achievement(models.Model):
    """One event. Only `counted` ones are facts; a correction is a new version of the same row with its audit."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)  # a kind of `achievement_kinds`
    happened_on = models.DateField()
    ended_on = models.DateField(null=True)
    department_code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    sameness = models.CharField(max_length=80)  # the title without what people write in different ways
    place = models.CharField(max_length=120, default="")
    detail = models.JSONField(default=dict)  # the further fields of the kind
    state = models.CharField(max_length=10, choices=AchievementState.choices)
    state_reason = models.CharField(max_length=400, default="")
    proof_digest = models.CharField(max_length=64, default="", db_index=True)
    proof_name = models.CharField(max_length=255, default="")
    proof_media_type = models.CharField(max_length=60, default="")
    proof_size = models.IntegerField(default=0)
    proof_reference = models.CharField(max_length=200, default="")  # 文書番号 or where the paper lies
    import_key = models.CharField(max_length=120, null=True, unique=True)
    version = models.IntegerField(default=1)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    changed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "happened_on"], name="achievement_kind"),
            models.Index(fields=["department_code", "happened_on"], name="achievement_department"),
        ]
        constraints = [
            models.CheckConstraint(
                name="achievement_states_why_not_counted",
                condition=models.Q(state__in=["counted", "no_proof"]) | ~models.Q(state_reason=""),
            ),
            models.CheckConstraint(
                name="achievement_counts_with_proof",
                condition=~models.Q(state="counted")
                | ~models.Q(proof_digest="")
                | ~models.Q(proof_reference=""),
            ),
        ]

    def __str__(self) -> str:
        return f"achievement {self.id}"


class TypedValue(models.Model):
    """A value somebody typed for an indicator on a day, with the reason: always marked where it is shown."""

    id = models.UUIDField(primary_key=True, default=new_id)
    plan_id = models.CharField(max_length=60)
    indicator_id = models.CharField(max_length=60)
    on = models.DateField()
    value = models.FloatField()
    reason = models.TextField()
    typed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan_id", "indicator_id", "on"],
                condition=models.Q(withdrawn_at=None),
                name="one_typed_value_a_day",
            ),
            models.CheckConstraint(name="typed_value_states_reason", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"typed value of {self.indicator_id}"
