"""Procedures and their versions. A version is never changed: filings are bound to it."""

from django.db import models

from madoguchi.common.ids import new_id


class ProcedureVersion(models.Model):
    """One published definition: its source as it was checked and approved."""

    id = models.UUIDField(primary_key=True, default=new_id)
    procedure_id = models.CharField(max_length=80)
    number = models.IntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    department_code = models.CharField(max_length=40)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)
    approved_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure_id", "number"], name="version_number_once"),
            models.CheckConstraint(
                name="version_needs_second_person",
                condition=~models.Q(published_by=models.F("approved_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} version {self.number}"


class Procedure(models.Model):
    """A procedure the city offers, and the version residents file today."""

    id = models.CharField(max_length=80, primary_key=True)
    current = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    is_open = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)  # null also where nobody noted when it was closed
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_what_is_closed_was_closed",
                condition=models.Q(is_open=False) | models.Q(closed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"procedure {self.id}"
