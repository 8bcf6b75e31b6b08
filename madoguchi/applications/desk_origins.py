"""Where the answers of a case are from, as the person who reads it at the desk may know it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from madoguchi.applications.household import origin_text
from madoguchi.applications.models import Application
from madoguchi.applications.permissions import departments_seen
from madoguchi.common.ids import grouped
from madoguchi.identity import queries as identity
from madoguchi.identity.models import Staff

LANGUAGE = "ja"


def origins_told(application: Application, reader: Staff, *, today: date) -> dict[str, str]:
    """Where answers are from, by target: which filing it was is told only to who works for the department that has it.

    What somebody filed elsewhere (a benefit, a disease) is nothing the next department needs. Nobody is led to a case
    protected meanwhile.
    """
    notes: Mapping[str, Mapping[str, str]] = application.origins
    if not notes:
        return {}
    subjects = {note["source"]: f"application:{uuid.UUID(note['source'])}" for note in notes.values()}
    protected = identity.restricted_subjects(subjects.values(), today)
    own = Application.objects.filter(
        id__in=subjects, department_code__in=departments_seen(reader, today=today)
    )
    seen = {source.hex for source in own.values_list("id", flat=True)}
    return {
        target: _named(note) if note["source"] in seen else _("以前の申請")
        for target, note in notes.items()
        if subjects[note["source"]] not in protected
    }


def _named(note: Mapping[str, str]) -> str:
    number = _("（受付番号 %(number)s）") % {"number": grouped(note["number"])}
    return origin_text(note, LANGUAGE) + (number if note["number"] else _("（送信する前）"))
