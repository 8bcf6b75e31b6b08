"""What happened to an entry of the inventory, by whom and when, as the record of acts tells."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from madoguchi.audit.models import AuditEntry
from madoguchi.common.jinja2env import jst
from madoguchi.identity import queries as identity
from madoguchi.procedures.inventory.desk_choices import Words
from madoguchi.procedures.inventory.desk_columns import BY_NAME

MOST = 100


def of(entry_id: UUID, words: Words) -> list[dict[str, str]]:
    """The latest acts first, each field with before and after."""
    found = list(AuditEntry.objects.filter(subject=f"inventory:{entry_id}").order_by("-at", "-id")[:MOST])
    names = identity.staff_names({one.actor for one in found})
    return [
        {
            "when": jst(one.at, year=True),
            "datetime": one.at.isoformat(),
            "who": names.get(one.actor, _("システム")),
            "title": _titles().get(one.act, one.act),
            "text": "\n".join(_line(name, values, words) for name, values in one.detail.items()),
        }
        for one in found
    ]


def _titles() -> dict[str, str]:
    return {
        "inventory.added": _("台帳に加えた"),
        "inventory.changed": _("変更した"),
        "inventory.abolished": _("廃止した"),
        "inventory.restored": _("廃止を取り消した"),
    }


def _line(name: str, values: list[Any], words: Words) -> str:
    if name not in BY_NAME:  # the day it was abolished
        return _("廃止日：%(change)s") % {"change": " → ".join(str(one or _("なし")) for one in values)}
    shown = " → ".join(words.shown(name, one) or _("（空）") for one in values)
    return f"{BY_NAME[name].headers[0]}：{shown}"
