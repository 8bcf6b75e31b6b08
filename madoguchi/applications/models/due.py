"""Due days: extensions (延長), warnings before them, how long cases really take."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class Extension(models.Model):
    """One extension of the due day (延長): told by a letter with its reason, never changed afterwards."""

    append_only = True
    erasable = True  # with its case, when that is no longer kept

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="extensions")
    from_on = models.DateField()
    to_on = models.DateField()
    days = models.IntegerField()  # in the unit of the definition's clock
    reason = models.TextField()
    extended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    extended_by_name = models.CharField(max_length=120)
    extended_at = models.DateTimeField()
    document_number = models.CharField(max_length=60, unique=True)
    notice = models.JSONField()  # the letter word for word

    class Meta:
        constraints = [
            models.CheckConstraint(name="extension_states_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="extended_to_a_later_day", condition=models.Q(to_on__gt=models.F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"extension {self.id}"


class DueWarning(models.Model):
    """A department was warned of the due day of a case: once before it, once when it is past."""

    class Kind(models.TextChoices):
        SOON = "soon"
        OVERDUE = "overdue"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="due_warnings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    due_on = models.DateField()  # a day that is moved is warned of anew
    warned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "kind", "due_on"], name="warned_of_a_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of application {self.application_id}"


class Duration(models.Model):
    """How many days the decided cases of a procedure took of late; only where there are enough of them."""

    procedure_id = models.CharField(max_length=80, primary_key=True)
    half_days = models.IntegerField()  # half of the cases took no longer
    most_days = models.IntegerField()  # nine of ten took no longer
    cases = models.IntegerField()
    since_on = models.DateField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"durations of {self.procedure_id}"
