"""What was recorded stays as it was, whoever asks."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from madoguchi.audit.models import AuditEntry
from madoguchi.audit.tests.factories import AuditEntryFactory, rewritable
from madoguchi.common import kernel

pytestmark = pytest.mark.django_db


def test_the_kernel_takes_no_change_and_no_removal():
    entry = AuditEntryFactory()
    unit = kernel.Unit()

    with pytest.raises(kernel.AppendOnly):
        unit.update(AuditEntry, where={"id": entry.id}, set={"actor": "staff:2"})
    with pytest.raises(kernel.AppendOnly):
        unit.delete(AuditEntry, where={"id": entry.id})

    assert not unit.statements


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditentry SET actor = 'staff:2'", "DELETE FROM audit_auditentry"],
)
def test_the_database_takes_none_either(statement: str):
    AuditEntryFactory()

    refused = pytest.raises(IntegrityError, match="only added to")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.get().actor == "staff:1"


def test_a_test_may_move_the_record_and_it_is_protected_again_afterwards():
    AuditEntryFactory()

    with rewritable():
        AuditEntry.objects.update(actor="staff:2")

    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.update(actor="staff:3")
    assert AuditEntry.objects.get().actor == "staff:2"


@pytest.mark.django_db(transaction=True)
def test_the_tables_of_a_test_are_emptied_and_stay_protected():
    AuditEntryFactory()

    call_command("flush", interactive=False, verbosity=0)

    assert not AuditEntry.objects.exists()
    AuditEntryFactory()
    with pytest.raises(IntegrityError):
        AuditEntry.objects.update(actor="staff:3")


@pytest.mark.django_db(transaction=True)
def test_the_protection_can_be_taken_back_by_its_migration_and_made_again():
    call_command("migrate", "audit", "0001", verbosity=0)
    try:
        AuditEntryFactory()
        assert AuditEntry.objects.update(actor="staff:2") == 1
    finally:
        call_command("migrate", "audit", verbosity=0)

    with pytest.raises(IntegrityError):
        AuditEntry.objects.all().delete()
