"""What is said between the office and who filed, and who among the staff has a case open."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class Message(models.Model):
    """One message on the status page, from the office or to it. Its id comes with the form: sent twice, kept once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="messages")
    at = models.DateTimeField()
    # None: who filed. Without an index: half of all messages are of nobody, and what is asked for has its own.
    author = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.TextField()
    asks = models.BooleanField(default=False)  # the office waits for an answer
    answered_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # by the other side

    class Meta:
        indexes = [
            models.Index(fields=["application", "at"], name="message_of_case"),
            models.Index(
                fields=["application"],
                condition=models.Q(author=None, seen_at=None),
                name="message_unread_at_desk",
            ),
            models.Index(
                fields=["application"],
                condition=models.Q(asks=True, answered_at=None),
                name="message_awaits_answer",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="only_the_office_asks", condition=models.Q(asks=False) | models.Q(author__isnull=False)
            ),
            models.CheckConstraint(name="message_says_something", condition=~models.Q(text="")),
        ]

    def __str__(self) -> str:
        return f"message {self.id}"


class Contact(models.Model):
    """What was said another way (応対記録): written down by staff for staff; no page of residents reads this table."""

    class Way(models.TextChoices):
        TELEPHONE = "telephone"
        COUNTER = "counter"
        LETTER = "letter"
        VISIT = "visit"

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="contacts")
    happened_on = models.DateField()
    way = models.CharField(max_length=10, choices=Way.choices)
    who = models.CharField(max_length=100)  # with whom: the person, a relative, an agent
    gist = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True)  # recorded in error: kept, and struck through
    struck_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"contact {self.id}"


class CaseLook(models.Model):
    """The last look of a person at a case: what is new is what came after it; `open_until` tells who is in it now."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="looks")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    since_at = models.DateTimeField(null=True)  # the look before this one; None: this is the first
    seen_at = models.DateTimeField()
    open_until = models.DateTimeField()
    editing_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "staff"], name="one_look_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"look {self.id}"
