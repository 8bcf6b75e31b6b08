"""The append-only record of who did what."""

from django.db import models

from madoguchi.common.ids import new_id


class AuditEntry(models.Model):
    """One act: an opaque actor, what was done, to what, when, for what purpose. Never personal data."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    act = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200, default="")
    detail = models.JSONField(default=dict)

    append_only = True  # the write kernel refuses changes, and so do triggers of the database

    class Meta:
        indexes = [
            models.Index(fields=["subject", "at"], name="audit_subject"),
            models.Index(fields=["actor", "at"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.act} by {self.actor}"
