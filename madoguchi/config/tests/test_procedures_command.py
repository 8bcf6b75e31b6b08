"""Closing and opening procedures from the console."""

from __future__ import annotations

import pytest

from madoguchi.audit.models import AuditEntry
from madoguchi.config.commands import procedures as command
from madoguchi.procedures import queries
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
