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
    # As the running `Closing` says, so that pages need no second look; null also where nobody noted it.
    closed_at = models.DateTimeField(null=True)
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


class Closing(models.Model):
    """A time in which a procedure was not taken online (受付終了); the running one has no `reopened_at`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="closings")
    closed_at = models.DateTimeField(null=True)  # null where nobody noted it
    closed_by = models.CharField(max_length=80, default="")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.CharField(max_length=80, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure"], condition=models.Q(reopened_at=None), name="closed_once_at_a_time"
            ),
            models.CheckConstraint(
                name="opened_again_after_it_was_closed",
                condition=models.Q(closed_at=None)
                | models.Q(reopened_at=None)
                | models.Q(reopened_at__gte=models.F("closed_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"closing of {self.procedure_id}"
