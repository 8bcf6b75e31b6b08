"""One entry of a service, however people write its names: width, case and blanks do not count."""

import unicodedata

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def sameness(city_service: str, private_service: str) -> str:
    """As the registry had it when this was written."""
    both = (unicodedata.normalize("NFKC", name).casefold() for name in (city_service, private_service))
    return "×".join("".join(name.split()) for name in both)[:250]


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is there twice already stays there, the later ones apart by their id; the office ends one of them."""
    service = apps.get_model("plan", "DigitalService")
    seen: set[str] = set()
    for row in service.objects.using(schema_editor.connection.alias).order_by("created_at", "id"):
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
