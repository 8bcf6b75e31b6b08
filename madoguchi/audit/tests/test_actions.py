"""The record is written with the act or not at all."""

import pytest

from madoguchi.audit import actions
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock, kernel
from madoguchi.common.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_act_that_is_refused_leaves_no_record():
    unit = kernel.Unit()
    actions.record(unit, actor="staff:1", act="take", subject="application:1", now=clock.now())
    unit.update(Job, where={"kind": "no such job"}, set={"attempts": 1})

    with pytest.raises(kernel.GuardFailed):
        kernel.commit(unit)

    assert not AuditEntry.objects.exists()


def test_a_read_is_recorded_with_its_purpose():
    actions.record_read(actor="staff:1", subject="application:1", now=clock.now(), purpose="case")

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.purpose) == ("read", "staff:1", "case")
