"""Procedures, their versions, and the inventory. A version is never changed: filings are bound to it."""

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


class InventoryEntry(models.Model):
    """A procedure of the city, online or not (手続台帳). Whether it is online is never stored: its definition tells."""

    id = models.UUIDField(primary_key=True, default=new_id)
    survey_id = models.CharField(max_length=40, default="")  # 手続ID of the national survey
    name = models.CharField(max_length=300)
    law = models.CharField(max_length=300, default="")
    article = models.CharField(max_length=200, default="")
    kind = models.CharField(max_length=4)
    department_code = models.CharField(max_length=40)
    filer = models.CharField(max_length=4, default="")
    life_events = models.CharField(max_length=200, default="")
    cases = models.IntegerField(null=True)  # a year; null where nobody counted
    online_cases = models.IntegerField(null=True)
    fee = models.CharField(max_length=4, default="")
    identity_method = models.CharField(max_length=4, default="")
    documents = models.TextField(default="")
    procedure_id = models.CharField(max_length=80, default="")
    forbidden = models.BooleanField(default=False)
    forbidden_reason = models.CharField(max_length=300, default="")
    forbidden_law = models.CharField(max_length=300, default="")
    effort = models.CharField(max_length=8, default="")
    effort_reason = models.CharField(max_length=300, default="")
    # What else the national survey asks, as it codes it; several codes are parted by ";".
    ministry = models.CharField(max_length=400, default="")
    related_articles = models.TextField(default="")
    related_laws = models.TextField(default="")
    receiver = models.CharField(max_length=4, default="")
    kind_note = models.TextField(default="")
    passed_through = models.CharField(max_length=4, default="")
    agency = models.CharField(max_length=400, default="")
    affair_class = models.CharField(max_length=4, default="")
    common_procedure = models.CharField(max_length=4, default="")
    carried_out_by = models.CharField(max_length=400, default="")
    carried_out_by_all = models.TextField(default="")
    online_concern = models.CharField(max_length=4, default="")
    online_note = models.TextField(default="")
    online_from = models.CharField(max_length=4, default="")
    fee_methods = models.CharField(max_length=400, default="")
    fee_note = models.TextField(default="")
    fee_favour = models.CharField(max_length=4, default="")
    period_online = models.CharField(max_length=400, default="")
    period_on_paper = models.CharField(max_length=400, default="")
    filing_system = models.CharField(max_length=400, default="")
    filing_systems = models.TextField(default="")
    work_system = models.CharField(max_length=400, default="")
    stated_facts = models.CharField(max_length=400, default="")
    documents_dropped = models.CharField(max_length=400, default="")
    documents_way = models.CharField(max_length=400, default="")
    documents_signature = models.CharField(max_length=400, default="")
    documents_rule = models.CharField(max_length=4, default="")
    documents_note = models.TextField(default="")
    corporate_events = models.CharField(max_length=400, default="")
    professions = models.CharField(max_length=400, default="")
    filed_at = models.CharField(max_length=400, default="")
    professions_note = models.TextField(default="")
    synthetic = models.BooleanField(default=False)
    abolished_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["survey_id"], condition=~models.Q(survey_id=""), name="inventory_survey_id_once"
            ),
            models.UniqueConstraint(
                fields=["name", "law", "department_code"],
                condition=models.Q(survey_id=""),
                name="inventory_name_once_without_survey_id",
            ),
            models.CheckConstraint(
                name="inventory_forbidden_says_why",
                condition=models.Q(forbidden=False)
                | (~models.Q(forbidden_reason="") & ~models.Q(forbidden_law="")),
            ),
            models.CheckConstraint(
                name="inventory_effort_says_why",
                condition=models.Q(effort="") | ~models.Q(effort_reason=""),
            ),
            models.CheckConstraint(
                name="inventory_online_cases_are_some_of_all",
                condition=models.Q(online_cases=None)
                | models.Q(cases=None)
                | models.Q(online_cases__lte=models.F("cases")),
            ),
        ]

    def __str__(self) -> str:
        return f"inventory entry {self.id}"
