"""Published tables of the nation, imported with their date and denominator."""

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class NationalTable(models.Model):
    """One imported table: what it counts, of whom, as of when, where it was published."""

    id = models.UUIDField(primary_key=True, default=new_id)
    title = models.CharField(max_length=200)
    figure = models.CharField(max_length=60)  # what is compared, e.g. "card-holding"
    unit = models.CharField(max_length=20)
    as_on = models.DateField()
    denominator = models.CharField(max_length=200)  # in words: 住民基本台帳人口（…時点）
    published_by = models.CharField(max_length=120)
    address = models.CharField(max_length=300, default="")
    digest = models.CharField(max_length=64, unique=True)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["figure", "as_on"], name="national_table_once"),
            models.CheckConstraint(
                name="national_table_names_denominator", condition=~models.Q(denominator="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.as_on.isoformat()}"


class NationalValue(models.Model):
    """The value of one municipality (全国地方公共団体コード, six digits) in a table."""

    id = models.UUIDField(primary_key=True, default=new_id)
    table = models.ForeignKey(NationalTable, on_delete=models.PROTECT, related_name="values")
    city_code = models.CharField(max_length=6)
    city_name = models.CharField(max_length=60)
    population = models.IntegerField(null=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "city_code"], name="national_value_once")]

    def __str__(self) -> str:
        return f"{self.table_id} {self.city_code}"
