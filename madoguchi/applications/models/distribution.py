"""Who gets which case: rules of departments, absences, hand-overs of many cases, what a reorganisation moved."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Reorganisation


class RoutingRule(models.Model):
    """One rule of a department that says who gets a new case (割り振りの決まり); an empty condition fits all."""

    id = models.UUIDField(primary_key=True, default=new_id)
    department_code = models.CharField(max_length=40, db_index=True)
    procedure_id = models.CharField(max_length=80, default="")
    towns = models.JSONField(default=list)  # names of towns (町字) as typed
    people = models.JSONField(default=list)  # ids of staff; empty: all officers of the department
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"routing rule {self.id}"


class Absence(models.Model):
    """Days on which a person is away (不在), and who may act on their cases meanwhile."""

    id = models.UUIDField(primary_key=True, default=new_id)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    substitute = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()  # the last day of it
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["staff", "until_on"], name="absence_of"),
            models.Index(fields=["substitute", "until_on"], name="absence_covered_by"),
        ]
        constraints = [
            models.CheckConstraint(
                name="absence_has_a_span", condition=models.Q(until_on__gte=models.F("from_on"))
            ),
            models.CheckConstraint(
                name="nobody_stands_in_for_themselves",
                condition=models.Q(substitute=None) | ~models.Q(substitute=models.F("staff")),
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.id}"


class HandOverOrder(models.Model):
    """Many cases of one person, or of nobody, given to colleagues at once; a job carries it out."""

    id = models.UUIDField(primary_key=True, default=new_id)
    department_code = models.CharField(max_length=40)
    from_staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    to = models.JSONField()  # ids of staff
    ordered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField()
    planned = models.IntegerField()  # cases the preview showed
    moved = models.IntegerField(default=0)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["department_code", "ordered_at"], name="hand_over_of")]

    def __str__(self) -> str:
        return f"hand-over {self.id}"


class MovedCase(models.Model):
    """An open case that a reorganisation gave to another department."""

    id = models.UUIDField(primary_key=True, default=new_id)
    reorganisation = models.ForeignKey(Reorganisation, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    from_code = models.CharField(max_length=40)
    to_code = models.CharField(max_length=40)
    moved_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reorganisation", "application"], name="moved_once"),
        ]

    def __str__(self) -> str:
        return f"move of application {self.application_id}"
