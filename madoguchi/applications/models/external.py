"""What others do for a case (訪問調査, 意見書, 審査会, 現地調査): requests, results, meetings, lists of results."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class StepRequest(models.Model):
    """One request of an external step: who was asked, until when, and what came back."""

    class State(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="step_requests")
    step_id = models.CharField(max_length=60)
    number = models.IntegerField()  # the how-manieth request of this step in the case
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    version = models.IntegerField(default=1)

    addressee = models.CharField(max_length=200)
    message = models.TextField(default="")
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    document_number = models.CharField(max_length=60, null=True, unique=True)
    letter = models.JSONField(default=dict)  # the request word for word, where the step has a letter

    reminders = models.IntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    warned_soon_on = models.DateField(null=True)  # the due day of which the department was warned before
    warned_late_on = models.DateField(null=True)  # and once it was past

    done_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)  # canonical answers as they stand now
    decision_kind = models.CharField(max_length=60, default="")  # what the result speaks for
    months = models.IntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_on"], name="step_due"),
            models.Index(fields=["step_id", "state"], name="step_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "step_id", "number"], name="step_request_numbered"
            ),
            models.UniqueConstraint(
                fields=["application", "step_id"],
                condition=models.Q(state="asked"),
                name="one_open_request_of_a_step",
            ),
            models.CheckConstraint(
                name="cancelled_step_states_reason",
                condition=~models.Q(state="cancelled") | ~models.Q(cancel_reason=""),
            ),
            models.CheckConstraint(
                name="done_step_says_when",
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.id} of {self.step_id}"


class StepResult(models.Model):
    """What came back, as it was entered; a correction is another row with its reason, the old one stays."""

    append_only = True
    erasable = True  # with the case, when it need no longer be kept

    id = models.UUIDField(primary_key=True, default=new_id)
    request = models.ForeignKey(StepRequest, on_delete=models.PROTECT, related_name="results")
    number = models.IntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    values = models.JSONField()
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="step_result_numbered"),
            models.CheckConstraint(
                name="corrected_result_states_reason",
                condition=models.Q(number=1) | ~models.Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"result {self.id}"


class BoardMeeting(models.Model):
    """One sitting of a board (審査会): when, where, how many members; its agenda are requests of its step."""

    id = models.UUIDField(primary_key=True, default=new_id)
    procedure_id = models.CharField(max_length=80)
    step_id = models.CharField(max_length=60)
    department_code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    held_on = models.DateField()
    place = models.CharField(max_length=200, default="")
    members = models.IntegerField()
    with_names = models.BooleanField(default=False)  # whether papers for the members name people
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["department_code", "held_on"], name="board_meeting_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure_id", "department_code", "step_id", "held_on", "name"],
                name="board_meeting_once",
            ),
        ]

    def __str__(self) -> str:
        return f"meeting {self.id}"


class AgendaItem(models.Model):
    """A case on the agenda of a meeting under the number the members see."""

    id = models.UUIDField(primary_key=True, default=new_id)
    meeting = models.ForeignKey(BoardMeeting, on_delete=models.PROTECT, related_name="items")
    request = models.OneToOneField(StepRequest, on_delete=models.PROTECT, related_name="agenda_item")
    number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="agenda_number_once"),
        ]

    def __str__(self) -> str:
        return f"item {self.number} of meeting {self.meeting_id}"


class StepBatch(models.Model):
    """Many cases at once: a list of results, or proposals; looked at first, then done one by one by a job."""

    class Kind(models.TextChoices):
        RESULTS = "results"
        PROPOSALS = "proposals"

    class State(models.TextChoices):
        PREVIEW = "preview"
        RUNNING = "running"
        DISCARDED = "discarded"

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREVIEW)
    version = models.IntegerField(default=1)
    procedure_id = models.CharField(max_length=80)
    step_id = models.CharField(max_length=60, default="")
    department_code = models.CharField(max_length=40)
    meeting = models.ForeignKey(BoardMeeting, on_delete=models.PROTECT, null=True, related_name="batches")
    disaster = models.ForeignKey(
        "applications.Disaster", on_delete=models.PROTECT, null=True, related_name="batches"
    )
    reason = models.TextField(default="")  # proposals: what every letter states
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["department_code", "at"], name="step_batch_day")]

    def __str__(self) -> str:
        return f"batch {self.id}"


class StepBatchItem(models.Model):
    """One line of a batch: what was given, whether it can be done and why not, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id)
    batch = models.ForeignKey(StepBatch, on_delete=models.PROTECT, related_name="items")
    position = models.IntegerField()  # the line of the file, or the order
    given = models.CharField(max_length=80)  # the number as it was given
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="+")
    values = models.JSONField(default=dict)
    decision_kind = models.CharField(max_length=60, default="")
    verdict = models.CharField(max_length=20)  # ready, or why not
    detail = models.CharField(max_length=300, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)

    class Meta:
        indexes = [models.Index(fields=["batch", "state", "verdict"], name="step_batch_progress")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="step_batch_line_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.position} of batch {self.batch_id}"
