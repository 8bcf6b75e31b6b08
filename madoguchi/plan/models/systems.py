"""Systems and devices the city pays for: when they fall due, what they cost, who supports them."""

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class SystemAsset(models.Model):
    """A system or a set of devices; the investment view holds it against the plan's three rules of finance."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=60)  # two with one purpose may be one investment too many
    department_code = models.CharField(max_length=40)
    measure_id = models.CharField(max_length=10, default="")
    introduced_on = models.DateField()
    renewal_on = models.DateField(null=True)
    planned_on = models.DateField(null=True)  # when the renewal is planned
    yearly_cost_yen = models.BigIntegerField(default=0)
    renewal_cost_yen = models.BigIntegerField(null=True)
    national_deadline_on = models.DateField(null=True)
    deadline_met_on = models.DateField(null=True)  # when what the nation asks for was done
    national_support = models.CharField(max_length=120, default="")  # subsidy or trial that pays for it
    uses_national_trial = models.BooleanField(default=False)
    indicator_id = models.CharField(max_length=60, default="")  # the indicator it should move
    cloud = models.BooleanField(default=False)
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["renewal_on"], name="system_renewal")]

    def __str__(self) -> str:
        return f"system {self.id}"
