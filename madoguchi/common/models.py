"""Tables that every room uses: jobs and counters of attempts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.common.ids import new_id


class JobState(models.TextChoices):
    WAITING = "waiting", _("待機中")
    RUNNING = "running", _("実行中")
    DONE = "done", _("完了")
    DEAD = "dead", _("停止")


class Job(models.Model):
    """Something that must happen after a commit: written in the same commit, done at least once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, unique=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    run_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    leased_by = models.CharField(max_length=80, default="")
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "run_at"], name="job_due")]

    def __str__(self) -> str:
        return f"job {self.kind} {self.id}"


class AttemptCount(models.Model):
    """How often something guessable was tried from one place in one span of time; the key is a digest."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"attempts until {self.expires_at:%Y-%m-%d %H:%M}"


class WorkerPulse(models.Model):
    """When a worker last said that it lives; `/readyz` reads it."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"worker {self.name}"


class InstallationFact(models.Model):
    """A small fact about this installation, such as which demo city it was filled with."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.name
