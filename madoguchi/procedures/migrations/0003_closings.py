"""When procedures were closed, so that opening one again does not forget it."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import madoguchi.common.ids


def carry_over(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is closed gets its running closing; by whom, the audit record knows."""
    alias = schema_editor.connection.alias
    closing = apps.get_model("procedures", "Closing").objects.using(alias)
    for procedure in apps.get_model("procedures", "Procedure").objects.using(alias).filter(is_open=False):
        closing.create(procedure=procedure, closed_at=procedure.closed_at)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_closed_at")]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                (
                    "id",
                    models.UUIDField(default=madoguchi.common.ids.new_id, primary_key=True, serialize=False),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(default="", max_length=80)),
                ("reopened_at", models.DateTimeField(null=True)),
                ("reopened_by", models.CharField(default="", max_length=80)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="procedures.procedure",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["procedure"],
                        condition=models.Q(reopened_at=None),
                        name="closed_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(closed_at=None)
                        | models.Q(reopened_at=None)
                        | models.Q(reopened_at__gte=models.F("closed_at")),
                        name="opened_again_after_it_was_closed",
                    ),
                ]
            },
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
