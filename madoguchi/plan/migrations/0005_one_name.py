"""What is in force, and what looks like the same event, is known by a name without width, case and blanks."""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Sources whose facts are counted by name.
BY_NAME = (
    "helpers",
    "operations",
    "priority-procedures",
    "online-procedures",
    "card-procedures",
    "procedures",
    "datasets",
)
AT_ONCE = 500


def name_of(text: str) -> str:
    """As `rules.names` had it when this was written."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if len(plain) <= 80:
        return plain
    return f"{plain[:63]}#{hashlib.sha256(plain.encode()).hexdigest()[:16]}"


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Records get their name; facts follow, and the first days of each name in a fiscal year are made anew."""
    alias = schema_editor.connection.alias
    records = apps.get_model("plan", "Achievement").objects.using(alias)
    for rows in _batches(records.only("id", "title").order_by("id")):
        for row in rows:
            row.sameness = name_of(row.title)
        records.bulk_update(rows, ["sameness"])
    facts = apps.get_model("plan", "Fact").objects.using(alias)
    first: dict[tuple[str, int, str], date] = {}
    for rows in _batches(facts.filter(source__in=BY_NAME).order_by("id")):
        for row in rows:
            row.subject = name_of(row.label) if row.label else row.subject
            place = (row.source, row.on.year - (row.on.month < 4), row.subject)
            if row.subject:
                first[place] = min(first.get(place, row.on), row.on)
        facts.bulk_update(rows, ["subject"])
    subject_year = apps.get_model("plan", "SubjectYear")
    years = subject_year.objects.using(alias)
    years.filter(source__in=BY_NAME).delete()
    years.bulk_create(
        [
            subject_year(
                id=hashlib.sha256(f"{source}|{year}|{subject}".encode()).hexdigest(),
                source=source,
                fiscal_year=year,
                subject=subject,
                first_on=on,
            )
            for (source, year, subject), on in first.items()
        ],
        batch_size=AT_ONCE,
    )


def _batches(found: Any) -> Iterator[list[Any]]:
    """The rows in the order of their ids, some at once."""
    rows = list(found[:AT_ONCE])
    while rows:
        yield rows
        rows = list(found.filter(id__gt=rows[-1].id)[:AT_ONCE])


class Migration(migrations.Migration):
    dependencies = [("plan", "0004_facts_in_force")]

    operations = [
        migrations.AddField(
            "achievement", "sameness", models.CharField(default="", max_length=80), preserve_default=False
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
