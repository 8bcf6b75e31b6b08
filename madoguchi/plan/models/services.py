"""The registry of digital services: one city service × one private digital service, with each year's evidence."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class Services(models.QuerySet["DigitalService"]):
    """Entries by their days."""

    def not_ended(self, day: date) -> Self:
        """In use on a day or from a later one on."""
        return self.filter(models.Q(ended_on=None) | models.Q(ended_on__gte=day))

    def in_use(self, day: date) -> Self:
        """In use on a day."""
        return self.not_ended(day).filter(started_on__lte=day)


class DigitalService(models.Model):
    """A city service that uses a private digital service."""

    id = models.UUIDField(primary_key=True, default=new_id)
    city_service = models.CharField(max_length=120)
    private_service = models.CharField(max_length=120)
    provider = models.CharField(max_length=120, default="")
    department_code = models.CharField(max_length=40)
    category = models.CharField(max_length=40, default="")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    contract = models.CharField(max_length=200, default="")  # contract or agreement
    data_classes = models.JSONField(default=list)  # what kinds of data go there; "personal" is one
    privacy_checked_on = models.DateField(null=True)
    security_checked_on = models.DateField(null=True)
    cost_yen = models.BigIntegerField(null=True)  # a fiscal year
    exit_plan = models.TextField(default="")
    review_on = models.DateField(null=True)
    address = models.CharField(max_length=200, default="")
    sameness = models.CharField(max_length=250)  # both names without what people write in different ways
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    objects = Services.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sameness"], condition=models.Q(ended_on=None), name="digital_service_once_alike"
            ),
            models.CheckConstraint(
                name="digital_service_ends_after_start",
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"digital service {self.id}"


class UseEvidence(models.Model):
    """That a service was used in a fiscal year: users and where that is written. Only such services count."""

    id = models.UUIDField(primary_key=True, default=new_id)
    service = models.ForeignKey(DigitalService, on_delete=models.PROTECT, related_name="evidence")
    fiscal_year = models.IntegerField()
    seen_on = models.DateField()
    users = models.IntegerField()
    reference = models.CharField(max_length=200)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "fiscal_year"], name="evidence_once_a_year"),
            models.CheckConstraint(name="evidence_says_where", condition=~models.Q(reference="")),
        ]

    def __str__(self) -> str:
        return f"evidence of {self.fiscal_year}"


class Survey(models.Model):
    """The year-end survey (年度末調査) as issued to a department: it answers with the evidence of its services."""

    id = models.UUIDField(primary_key=True, default=new_id)
    fiscal_year = models.IntegerField()
    department_code = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    answer_by_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    remark = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fiscal_year", "department_code"], name="survey_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"survey {self.fiscal_year} of {self.department_code}"
