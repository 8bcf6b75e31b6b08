"""Departments, who works there as what, and the city's own closed days."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.organization.rules import Role, Stage

__all__ = ["ClosedDay", "Department", "Posting", "Reorganisation", "Role", "Stage", "Succession"]


class Department(models.Model):
    """A department (部署). Its code is never changed or reused; after a reorganisation the old one stays, ended."""

    code = models.CharField(_("コード"), max_length=40, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_kana = models.CharField(_("名称（カナ）"), max_length=80, default="")
    phone = models.CharField(_("電話番号"), max_length=20, default="")
    extension = models.CharField(_("内線"), max_length=20, default="")
    hours = models.CharField(_("受付時間"), max_length=120, default="")
    place = models.CharField(_("場所"), max_length=120, default="")
    email = models.CharField(_("メールアドレス"), max_length=120, default="")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["name_kana", "code"], name="department_by_name")]
        constraints = [
            models.CheckConstraint(
                name="department_has_a_span",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.code


class Posting(models.Model):
    """A role of a person in a department, from a day until another (last day included) or without end."""

    id = models.UUIDField(primary_key=True, default=new_id)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="postings")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="postings")
    role = models.CharField(_("役割"), max_length=20, choices=Role.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["department", "role"], name="posting_by_department")]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "department", "role"],
                condition=models.Q(valid_until=None),
                name="posting_without_end_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.department_id}"


class ClosedDay(models.Model):
    """A day on which the city hall is closed besides weekends, holidays and the turn of the year."""

    id = models.UUIDField(primary_key=True, default=new_id)
    day = models.DateField(unique=True)
    name = models.CharField(_("理由"), max_length=60, default="")

    def __str__(self) -> str:
        return f"closed on {self.day.isoformat()}"


class Reorganisation(models.Model):
    """A change of departments from a day on (組織改正): planned, decided, carried out by a job, perhaps undone."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(_("名称"), max_length=60)
    on_day = models.DateField(_("実施日"))
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.PLANNED)
    version = models.IntegerField(default=1)
    carried_out_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    changed_rows = models.JSONField(default=dict)  # what carrying it out changed, so that it can be undone

    def __str__(self) -> str:
        return f"reorganisation {self.id}"


class Succession(models.Model):
    """One line of a reorganisation: what becomes of a department, or of one of its procedures."""

    id = models.UUIDField(primary_key=True, default=new_id)
    reorganisation = models.ForeignKey(Reorganisation, on_delete=models.PROTECT, related_name="lines")
    old = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    procedure_id = models.CharField(max_length=80, default="")  # empty: all that no other line names
    with_staff = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reorganisation", "old", "procedure_id"], name="one_successor_of_each"
            ),
            models.CheckConstraint(name="succeeds_another", condition=~models.Q(old=models.F("new"))),
        ]

    def __str__(self) -> str:
        return f"succession {self.id}"
