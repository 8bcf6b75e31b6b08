"""The stock of times that can be booked (予約の枠): places, their slots, and which case holds one."""

from django.db import models

from madoguchi.applications.models.filing import Application
from madoguchi.common.ids import new_id


class SlotPlace(models.Model):
    """Something with times to be booked: a room of a facility, a counter, the collection in a district."""

    id = models.UUIDField(primary_key=True, default=new_id)
    stock = models.CharField(max_length=40, db_index=True)  # what a definition calls it by
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    note = models.TextField(default="")  # shown to residents beside its free times
    department_code = models.CharField(max_length=40, db_index=True)
    hours = models.JSONField(default=list)  # `slot_rules.Hours` as written by its `stored`
    window_days = models.IntegerField(default=92)  # so many days ahead there are slots
    ended = models.BooleanField(default=False)  # no slots are made or offered any more
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"place {self.code}"


class Slot(models.Model):
    """One time at one place. `free` is how many may still take it: `capacity` less its bookings, never below zero."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(SlotPlace, on_delete=models.PROTECT, related_name="slots")
    day = models.DateField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    capacity = models.IntegerField()
    free = models.IntegerField()
    price_yen = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=200, default="")

    class Meta:
        indexes = [models.Index(fields=["day", "place"], name="slot_day")]
        constraints = [
            models.UniqueConstraint(fields=["place", "day", "starts_at"], name="slot_once"),
            models.CheckConstraint(
                name="slot_is_never_overbooked",
                condition=models.Q(free__gte=0, free__lte=models.F("capacity")),
            ),
            models.CheckConstraint(
                name="slot_has_a_span", condition=models.Q(ends_at__gt=models.F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"slot {self.id}"


class SlotBooking(models.Model):
    """The slot that a case holds. The row is there as long as it is held; what was before stands in the events."""

    id = models.UUIDField(primary_key=True, default=new_id)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="bookings")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="booking")
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"booking of application {self.application_id}"
