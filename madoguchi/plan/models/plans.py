"""Versions of plans: the YAML as it was published, never changed."""

from django.db import models

from madoguchi.common.ids import new_id


class PlanVersion(models.Model):
    """One published version of a plan; the highest number of a plan is the one in use."""

    id = models.UUIDField(primary_key=True, default=new_id)
    plan_id = models.CharField(max_length=60)
    number = models.IntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)
    note = models.CharField(max_length=400, default="")  # what changed and why

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan_id", "number"], name="plan_version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} version {self.number}"
