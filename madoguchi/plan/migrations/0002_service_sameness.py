"""One entry of a service, however people write its names: width, case and blanks do not count."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from madoguchi.plan.rules.services import sameness


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is there twice already stays there, the later ones apart by their id; the office ends one of them."""
    service = apps.get_model("plan", "DigitalService")
    seen: set[str] = set()
    for row in service.objects.order_by("created_at", "id"):
        same = sameness(row.city_service, row.private_service)
        if row.ended_on is None and same in seen:
            same = f"{same[:200]}#{row.id}"
        elif row.ended_on is None:
            seen.add(same)
        row.sameness = same
        row.save(update_fields=["sameness"])


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("digitalservice", "digital_service_once"),
        migrations.AddField(
            "digitalservice", "sameness", models.CharField(default="", max_length=250), preserve_default=False
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "digitalservice",
            models.UniqueConstraint(
                fields=["sameness"],
                condition=models.Q(ended_on=None),
                name="digital_service_once_alike",
            ),
        ),
    ]
