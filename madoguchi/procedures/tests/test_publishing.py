"""Publishing: two people, checked, versions that never change, one after another."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.audit import actions as audit
from madoguchi.audit.models import AuditEntry
from madoguchi.common import clock
from madoguchi.procedures import actions, checking, queries
from madoguchi.procedures.actions import NeedsSecondPerson, PublishedMeanwhile
from madoguchi.procedures.definition import Definition
from madoguchi.procedures.findings import BrokenDefinition, Finding
from madoguchi.procedures.models import Closing, Procedure, ProcedureVersion
from madoguchi.procedures.tests.factories import source_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

RECORD = "residence-certificate"
SOURCE = source_of("residence_certificate")
RENAMED = SOURCE.replace("label: 氏名,", "label: お名前,")


def publish(
    source: str = SOURCE, *, by: str = "staff:author", approved_by: str = "staff:second"
) -> ProcedureVersion:
    return actions.publish(source=source, by=by, approved_by=approved_by, now=clock.now())


def test_a_definition_becomes_what_residents_file():
    version = publish()

    offer = queries.current(RECORD)
    assert offer is not None
    assert (offer.version_id, offer.number, offer.is_open) == (version.id, 1, True)
    assert offer.definition.title == "住民票の写しの交付申請"
    assert version.source == SOURCE
    assert version.department_code == offer.definition.department


def test_publishing_is_recorded_with_both_people():
    version = publish()

    entry = AuditEntry.objects.get(act="publish_procedure")
    assert (entry.actor, entry.subject) == ("staff:author", f"procedure:{RECORD}")
    assert entry.detail == {"number": 1, "approved_by": "staff:second", "digest": version.digest}


def test_a_procedure_is_closed_and_opened_again_each_once_and_recorded():
    publish()
    now = clock.now()

    for _ in range(2):
        actions.close(procedure_id=RECORD, by="staff:author", now=now)
    offer = queries.current(RECORD)
    assert offer is not None
    assert (offer.is_open, offer.closed_at, queries.is_open(RECORD)) == (False, now, False)
    for _ in range(2):
        actions.reopen(procedure_id=RECORD, by="staff:second", now=now)

    offer = queries.current(RECORD)
    assert offer is not None
    assert (offer.is_open, offer.closed_at, queries.is_open(RECORD)) == (True, None, True)
    recorded = AuditEntry.objects.filter(act__in=("close_procedure", "reopen_procedure")).order_by("id")
    assert [(entry.act, entry.actor) for entry in recorded] == [
        ("close_procedure", "staff:author"),
        ("reopen_procedure", "staff:second"),
    ]
    kept = Closing.objects.values_list("closed_at", "closed_by", "reopened_at", "reopened_by")
    assert list(kept) == [(now, "staff:author", now, "staff:second")]


def test_who_was_overtaken_while_closing_closes_nothing(monkeypatch: pytest.MonkeyPatch):
    publish()
    record = audit.record

    def overtaken(*args: Any, **keywords: Any) -> None:
        Procedure.objects.update(version=99)
        record(*args, **keywords)

    monkeypatch.setattr(audit, "record", overtaken)
    with pytest.raises(PublishedMeanwhile):
        actions.close(procedure_id=RECORD, by="staff:author", now=clock.now())

    assert queries.is_open(RECORD)
    assert not Closing.objects.exists()


def test_a_new_version_of_a_closed_procedure_does_not_open_it():
    publish()
    actions.close(procedure_id=RECORD, by="staff:author", now=clock.now())

    publish(RENAMED)

    assert not queries.is_open(RECORD)


def test_what_is_open_has_no_day_of_closing():
    publish()

    with pytest.raises(IntegrityError), transaction.atomic():
        Procedure.objects.update(closed_at=clock.now())


def test_nobody_publishes_alone():
    with pytest.raises(NeedsSecondPerson):
        publish(approved_by="staff:author")

    assert not ProcedureVersion.objects.exists()


def test_the_database_knows_that_rule_too():
    publish()

    with pytest.raises(IntegrityError), transaction.atomic():
        ProcedureVersion.objects.update(approved_by="staff:author")


@pytest.mark.parametrize(
    "broken",
    ["", "language: 1", "{", SOURCE.replace("kind: date", "kind: day"), SOURCE.replace("copies", "no", 1)],
)
def test_a_broken_definition_is_refused_with_its_findings(broken):
    with pytest.raises(BrokenDefinition) as refused:
        publish(broken)

    assert refused.value.findings
    assert not Procedure.objects.exists()


def test_the_same_source_again_changes_nothing():
    first = publish()

    assert publish(by="staff:other") == first
    assert ProcedureVersion.objects.count() == 1
    assert AuditEntry.objects.filter(act="publish_procedure").count() == 1


def test_a_new_version_follows_and_the_old_one_stays_as_it_was():
    old = publish()

    new = publish(RENAMED)

    assert (old.number, new.number) == (1, 2)
    offer = queries.current(RECORD)
    assert offer is not None
    assert (offer.version_id, offer.number) == (new.id, 2)
    assert queries.definition_of(old.id).question("full_name").label == "氏名"
    assert queries.definition_of(new.id).question("full_name").label == "お名前"
    assert ProcedureVersion.objects.get(id=old.id).source == SOURCE


def test_going_back_to_an_old_source_is_a_new_version():
    publish()
    publish(RENAMED)

    assert publish().number == 3


def test_somebody_who_was_overtaken_is_told(monkeypatch: pytest.MonkeyPatch):
    publish()
    check = checking.check_change

    def overtaken(source: str, name: str, before: Definition) -> list[Finding]:
        monkeypatch.setattr(actions, "check_change", check)
        publish(RENAMED)
        return check(source, name, before)

    monkeypatch.setattr(actions, "check_change", overtaken)
    with pytest.raises(PublishedMeanwhile):
        publish(SOURCE.replace("label: 氏名,", "label: なまえ,"))

    offer = queries.current(RECORD)
    assert offer is not None
    assert offer.definition.question("full_name").label == "お名前"
    assert ProcedureVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_a_new_procedure_at_once_make_one(monkeypatch: pytest.MonkeyPatch):
    ready = threading.Barrier(2)
    record = audit.record

    def together(*args: Any, **keywords: Any) -> None:
        ready.wait()  # both have seen that there is none yet
        record(*args, **keywords)

    monkeypatch.setattr(audit, "record", together)
    ends: list[str] = []

    def attempt(source: str) -> None:
        try:
            publish(source)
            ends.append("published")
        except PublishedMeanwhile:
            ends.append("overtaken")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(source,)) for source in (SOURCE, RENAMED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["overtaken", "published"]
    assert ProcedureVersion.objects.count() == Procedure.objects.count() == 1
