"""Views of the list of cases that staff keep."""

from django.db import models

from madoguchi.common.ids import new_id
from madoguchi.identity.models import Staff


class SavedFilter(models.Model):
    """A view of the list of cases under a name: one person's own, or shared with a department."""

    id = models.UUIDField(primary_key=True, default=new_id)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    department_code = models.CharField(max_length=40, default="")  # shared with it; empty: the owner's own
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=400)  # as in the address; never whom somebody searched for
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(department_code=""), name="own_filter_once"
            ),
            models.UniqueConstraint(
                fields=["department_code", "name"],
                condition=~models.Q(department_code=""),
                name="shared_filter_once",
            ),
        ]

    def __str__(self) -> str:
        return f"saved filter {self.id}"
