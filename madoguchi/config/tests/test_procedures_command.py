"""Closing and opening procedures from the console."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.audit import actions as audit
from madoguchi.audit.models import AuditEntry
from madoguchi.config.commands import procedures as command
from madoguchi.procedures import queries
from madoguchi.procedures.models import Procedure
from madoguchi.procedures.tests.factories import ProcedureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_procedure_is_closed_and_opened_again_by_the_console():
    procedure_id = ProcedureFactory().id

    assert command.main(["close", procedure_id]) == 0
    assert not queries.is_open(procedure_id)
    assert AuditEntry.objects.get(act="close_procedure").actor == "system:console"
    assert command.main(["reopen", procedure_id]) == 0
    assert queries.is_open(procedure_id)


def test_a_procedure_that_is_not_there_and_a_wrong_word_are_refused(capsys: pytest.CaptureFixture[str]):
    assert command.main(["close", "nothing"]) == 1
    assert "There is no procedure nothing." in capsys.readouterr().err
    assert command.main(["shut", "nothing"]) == 2


@pytest.mark.django_db
def test_a_version_published_at_that_moment_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    procedure_id = ProcedureFactory().id

    def faster(*args: Any, **kwargs: Any) -> None:
        Procedure.objects.filter(id=procedure_id).update(version=99)
        record(*args, **kwargs)

    record = audit.record
    monkeypatch.setattr(audit, "record", faster)

    assert command.main(["close", procedure_id]) == 1
    assert "Try again." in capsys.readouterr().err


def test_the_console_says_who_uses_a_block(capsys: pytest.CaptureFixture[str]):
    assert command.main(["blocks"]) == 0
    assert command.main(["blocks", "city_appeal"]) == 0
    assert "city_appeal: 0件の手続で使っています。" in capsys.readouterr().out
    assert command.main(["blocks", "nothing"]) == 1
