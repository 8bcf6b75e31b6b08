"""Meetings of the office: agenda, resolutions with owner and day, and what came of them."""

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff
from madoguchi.plan.desk_states import MeetingState, ResolutionState


class Meeting(models.Model):
    """A meeting of the Digital Promotion Office with the departments."""

    id = models.UUIDField(primary_key=True, default=new_id)
    plan_id = models.CharField(max_length=60)
    number = models.IntegerField()  # 第n回, counted through the plan
    held_on = models.DateField()
    place = models.CharField(max_length=120, default="")
    chair = models.CharField(max_length=80, default="")  # post, not a name
    present = models.TextField(default="")  # departments that took part, one a line
    state = models.CharField(max_length=10, choices=MeetingState.choices, default=MeetingState.PLANNED)
    version = models.IntegerField(default=1)
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    minutes_digest = models.CharField(max_length=64, default="")  # of the PDF, once the minutes are closed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan_id", "number"], name="meeting_number_once")]

    def __str__(self) -> str:
        return f"meeting {self.number} of {self.plan_id}"


class AgendaItem(models.Model):
    """A point of the agenda: new, or carried over from a resolution that is open."""

    id = models.UUIDField(primary_key=True, default=new_id)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="agenda")
    position = models.IntegerField()
    title = models.CharField(max_length=200)
    measure_id = models.CharField(max_length=10, default="")
    indicator_id = models.CharField(max_length=60, default="")
    carried_from = models.ForeignKey("Resolution", on_delete=models.PROTECT, null=True, related_name="+")
    minutes = models.TextField(default="")  # what was said

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "position"], name="agenda_position_once")]

    def __str__(self) -> str:
        return f"agenda item {self.position}"


class Resolution(models.Model):
    """What was decided (決定事項): who does it, until when, which indicator should move by how much; the result."""

    id = models.UUIDField(primary_key=True, default=new_id)
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="resolutions")
    text = models.TextField()
    owner_department_code = models.CharField(max_length=40)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    indicator_id = models.CharField(max_length=60, default="")
    value_before = models.FloatField(null=True)  # the indicator on the day of the meeting, computed
    expected_change = models.FloatField(null=True)
    state = models.CharField(max_length=10, choices=ResolutionState.choices, default=ResolutionState.OPEN)
    result = models.TextField(default="")
    value_after = models.FloatField(null=True)  # the indicator on the day it was finished, computed
    finished_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"], name="resolution_due")]
        constraints = [
            models.CheckConstraint(
                name="finished_resolution_states_result",
                condition=models.Q(state="open") | ~models.Q(result=""),
            ),
        ]

    def __str__(self) -> str:
        return f"resolution {self.id}"
