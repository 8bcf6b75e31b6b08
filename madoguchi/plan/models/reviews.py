"""What a department says about its measure in a yearly review (施策レビュー)."""

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class ReviewNote(models.Model):
    """The evaluation of a measure in a fiscal year by its department, and where it goes next."""

    id = models.UUIDField(primary_key=True, default=new_id)
    plan_id = models.CharField(max_length=60)
    measure_id = models.CharField(max_length=20)
    fiscal_year = models.IntegerField()
    evaluation = models.TextField()
    direction = models.TextField(default="")
    version = models.IntegerField(default=1)
    written_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan_id", "measure_id", "fiscal_year"], name="review_note_once_a_year"
            ),
            models.CheckConstraint(name="review_note_says_something", condition=~models.Q(evaluation="")),
        ]

    def __str__(self) -> str:
        return f"review of {self.measure_id} in {self.fiscal_year}"
