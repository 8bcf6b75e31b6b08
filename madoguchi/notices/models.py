"""The messages a city sends, each kept until its text is no longer needed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.common.ids import new_id


class MessageState(models.TextChoices):
    WAITING = "waiting", _("送信待ち")
    SENT = "sent", _("送信済み")
    FAILED = "failed", _("届けられませんでした")


class Message(models.Model):
    """One mail to one person: what it says, about what, and whether the receiving side has taken it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.CharField(max_length=20, default="mail")
    to_address = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    language = models.CharField(max_length=10, default="ja")
    purpose = models.CharField(max_length=80)
    about = models.CharField(max_length=120)
    message_id = models.CharField(max_length=200)
    # What it tells of, when that is to be told once: a job that runs again writes no second message.
    key = models.CharField(max_length=120, null=True, unique=True)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.IntegerField(default=0)
    reason = models.CharField(max_length=80, default="")
    created_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["about", "created_at"], name="message_about"),
            models.Index(fields=["state", "queued_at"], name="message_state"),
            models.Index(fields=["erased_at", "created_at"], name="message_erasure"),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_sent_has_moment",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="message_failure_has_reason", condition=~Q(state="failed") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="message_erased_is_empty",
                condition=Q(erased_at__isnull=True) | Q(to_address="", subject="", body=""),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.id} ({self.purpose})"
