"""Bulk runs (一括処理): one thing done to many cases, looked at before, undone for a while after."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class BulkRun(models.Model):
    """One thing that one person does to many cases."""

    class State(models.TextChoices):
        CHECKING = "checking"  # what would become of each case is looked at; nothing is changed
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        UNDOING = "undoing"
        UNDONE = "undone"
        DROPPED = "dropped"  # looked at, and left

    class Act(models.TextChoices):
        TAKE = "take"
        HAND_OVER = "hand_over"
        PROPOSE = "propose"

    id = models.UUIDField(primary_key=True, default=new_id)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20, choices=Act.choices)
    to = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, related_name="+"
    )  # hand_over; None: nobody
    kind = models.CharField(max_length=60, default="")  # propose: the decision's kind
    reason = models.TextField(default="")  # propose
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["by", "created_at"], name="bulk_run_by")]

    def __str__(self) -> str:
        return f"{self.act} in bulk {self.id}"


class BulkItem(models.Model):
    """One case of a bulk run: what became of it, and what it was before."""

    class State(models.TextChoices):
        WAITING = "waiting"  # to be looked at
        ALLOWED = "allowed"
        REFUSED = "refused"  # with `why`; nothing was changed
        DONE = "done"
        UNDONE = "undone"
        KEPT = "kept"  # could not be undone, with `why`

    id = models.UUIDField(primary_key=True, default=new_id)
    run = models.ForeignKey(BulkRun, on_delete=models.PROTECT, related_name="items")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    why = models.CharField(max_length=30, default="")  # a code of `rules.bulk`
    version = models.IntegerField()  # of the case: as it was looked at, then as the run left it
    before = models.JSONField(default=dict)  # holder, status and its moment, as the run found them

    class Meta:
        indexes = [models.Index(fields=["run", "state", "position"], name="bulk_item_next")]
        constraints = [models.UniqueConstraint(fields=["run", "application"], name="bulk_item_once")]

    def __str__(self) -> str:
        return f"item {self.position} of {self.run_id}"
