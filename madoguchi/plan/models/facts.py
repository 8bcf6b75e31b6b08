"""What happened, as indicators count it: a projection that can be rebuilt from where it came from.

A fact belongs to one source of the register `indicators`. `MonthTotal` and `SubjectYear` are kept with every fact,
so that a figure over a million facts is a sum of months.
"""

from django.db import models

from madoguchi.common.ids import new_id


class Fact(models.Model):
    """One row behind a figure. No personal data: a person is an opaque subject."""

    id = models.UUIDField(primary_key=True, default=new_id)
    source = models.CharField(max_length=60)
    key = models.CharField(max_length=120)  # unique in its source: counted once however often it comes
    on = models.DateField()
    until = models.DateField(null=True)  # last day in force, for what is counted as a stock
    quantity = models.BigIntegerField(default=1)
    subject = models.CharField(max_length=80, default="")
    department_code = models.CharField(max_length=40, default="")
    label = models.CharField(max_length=200, default="")
    address = models.CharField(
        max_length=200, default=""
    )  # where staff with the right open what it came from

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="fact_once")]
        indexes = [
            models.Index(fields=["source", "on", "department_code", "quantity"], name="fact_by_day"),
            # Holds all that counting what is in force by subject asks for, in its order.
            models.Index(
                fields=["source", "subject", "on", "until", "quantity"], name="fact_by_subject_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.id}"


class MonthTotal(models.Model):
    """Rows and quantity of a source in a month, by department."""

    id = models.CharField(max_length=160, primary_key=True)  # source|YYYY-MM|department
    source = models.CharField(max_length=60)
    month = models.DateField()  # its first day
    department_code = models.CharField(max_length=40, default="")
    rows = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["source", "month"], name="month_total")]

    def __str__(self) -> str:
        return self.id


class SubjectYear(models.Model):
    """That a subject occurs in a source in a fiscal year, and since when."""

    id = models.CharField(max_length=64, primary_key=True)  # digest of source, fiscal year and subject
    source = models.CharField(max_length=60)
    fiscal_year = models.IntegerField()
    subject = models.CharField(max_length=80)
    first_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["source", "fiscal_year", "first_on"], name="subject_year")]

    def __str__(self) -> str:
        return f"{self.source} {self.fiscal_year} {self.id}"
