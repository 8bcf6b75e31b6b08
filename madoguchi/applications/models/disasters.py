"""Disasters (災害), the filings bound to them, and second looks at what was decided (再調査)."""

from django.db import models

from madoguchi.applications.models.deciding import Decision
from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class Disaster(models.Model):
    """An event that damaged homes: from which day to which, in which towns (町字; none: the whole city)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    procedure_id = models.CharField(max_length=80)
    department_code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    cause = models.CharField(max_length=60)
    from_on = models.DateField()
    until_on = models.DateField()
    towns = models.JSONField(default=list)
    opened_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["procedure_id", "from_on"], name="disaster_days")]
        constraints = [
            models.UniqueConstraint(fields=["procedure_id", "name"], name="disaster_named_once"),
            models.CheckConstraint(
                name="disaster_ends_after_it_begins",
                condition=models.Q(until_on__gte=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"disaster {self.id}"


class DisasterFiling(models.Model):
    """A filing bound to a disaster, with the town of the damage and the grade as it stands now."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, primary_key=True, related_name="disaster_filing"
    )
    disaster = models.ForeignKey(Disaster, on_delete=models.PROTECT, related_name="filings")
    town = models.CharField(max_length=120, default="")
    grade = models.CharField(max_length=60, default="")
    bound_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+"
    )  # none: by its day
    bound_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["disaster", "town", "grade"], name="disaster_area_grade")]

    def __str__(self) -> str:
        return f"disaster of application {self.application_id}"


class SecondLookRequest(models.Model):
    """Somebody asked to look again at what was decided (再調査の依頼); the next decision replaces the old one."""

    append_only = True
    erasable = True  # with the case, when it need no longer be kept

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="second_looks")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="second_look")
    asked_on = models.DateField()
    reason = models.TextField()
    channel = models.CharField(max_length=10)
    entered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="second_look_states_reason", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"second look {self.id}"
