"""A case is found by the beginning of its names, their reading and the address, each by an index of its own."""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from madoguchi.japan.kana import search_key

KEYS = ("name", "given", "kana", "given_kana", "address")
LONGEST = 200
AT_ONCE = 500


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """From the answers: the name that the list shows, and the applicant's address."""
    application = apps.get_model("applications", "Application")
    cases = application.objects.using(schema_editor.connection.alias)
    columns = [f"{key}_key" for key in KEYS]
    batch = []
    wanted = ("applicant_name", "answers")
    for row in cases.only("id", *wanted).iterator(chunk_size=AT_ONCE):
        for key, text in texts(row.applicant_name, row.answers).items():
            setattr(row, f"{key}_key", search_key(text)[:LONGEST])
        batch.append(row)
        if len(batch) == AT_ONCE:
            cases.bulk_update(batch, columns)
            batch = []
    cases.bulk_update(batch, columns)


def texts(applicant_name: str, answers: dict[str, Any]) -> dict[str, str]:
    """What the keys are made of, by key."""
    given = applicant_name.partition(" ")[2]
    found = {"name": applicant_name, "given": given, "kana": "", "given_kana": "", "address": ""}
    for answer in answers.values():
        if not isinstance(answer, dict):
            continue
        if f"{answer.get('family', '')} {answer.get('given', '')}".strip()[:200] == applicant_name:
            found["given_kana"] = answer.get("given_kana") or ""
            found["kana"] = f"{answer.get('family_kana') or ''}{found['given_kana']}"
    # The applicant's own, or the only one: the order of answers is not the same on both databases.
    addresses = {key: answer for key, answer in answers.items() if isinstance(answer, dict) and "town" in answer}
    own = addresses.get("applicant_address") or (next(iter(addresses.values())) if len(addresses) == 1 else {})
    found["address"] = f"{own.get('town') or ''}{own.get('rest') or ''}"
    return found


def beginnings(key: str) -> models.Index:
    return models.Index(
        fields=[f"{key}_key"], name=f"application_{key}", opclasses=["varchar_pattern_ops"]
    )


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_find_files_by_content")]

    operations = [
        migrations.RemoveField("application", "search_key"),
        *(
            migrations.AddField("application", f"{key}_key", models.CharField(default="", max_length=LONGEST))
            for key in KEYS
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(migrations.AddIndex("application", beginnings(key)) for key in KEYS),
    ]
