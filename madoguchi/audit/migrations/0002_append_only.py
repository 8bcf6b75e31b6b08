"""The database itself refuses to change or remove an entry, whoever asks."""

from django.db import migrations

TABLE = "audit_auditentry"

POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit record is only added to' USING ERRCODE = 'integrity_constraint_violation';
    END
    $$
    """,
    f"""
    CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION audit_append_only()
    """,
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER audit_append_only ON {TABLE}",
    "DROP FUNCTION audit_append_only()",
]
SQLITE = [
    f"""
    CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'the audit record is only added to'); END
    """
    for act in ("UPDATE", "DELETE")
]
SQLITE_BACK = ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]


def protect(apps, schema_editor):
    _run(schema_editor, POSTGRESQL, SQLITE)


def unprotect(apps, schema_editor):
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


def _run(schema_editor, postgresql, sqlite):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(protect, unprotect),
    ]
