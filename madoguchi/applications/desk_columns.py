"""The columns of the list of cases: on the page and in the files that leave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.applications import desk_queries as desk
from madoguchi.applications.models import Status
from madoguchi.common.ids import grouped


def labels() -> dict[str, str]:
    """The columns that can be chosen, by id, in the order of the page; the number always stands first."""
    return {
        "procedure": _("手続"),
        "name": _("氏名"),
        "received": _("受付日"),
        "due": _("期限"),
        "status": _("状態"),
        "holder": _("担当者"),
        "channel": _("経路"),
        "department": _("部署"),
        "closed": _("完了日"),
    }


def cells(row: desk.Row, columns: Sequence[str], departments: Mapping[str, str]) -> dict[str, Any]:
    """A case as a line of the table."""
    address = reverse("desk:case", args=[row.id])
    shown: dict[str, Callable[[], Any]] = {
        "procedure": lambda: row.procedure,
        "name": lambda: _name_cell(row),
        "received": lambda: _day(row.received_on),
        "due": lambda: _due_cell(row.due),
        "status": lambda: {"text": str(Status(row.status).label), "tag": desk.STATUS_KINDS[row.status]},
        "holder": lambda: row.holder or "―",
        "channel": lambda: row.channel,
        "department": lambda: departments.get(row.department, row.department),
        "closed": lambda: _day(row.closed_on) if row.closed_on else "―",
    }
    number = {"text": grouped(row.receipt_number), "href": address, "note": "・".join(row.news)}
    return {"href": address, "cells": [number, *(shown[column]() for column in columns)]}


def file_header(columns: Sequence[str]) -> list[str]:
    """The first line of a file; the due day has two columns, the day and what is left."""
    names = labels()
    found = [_("受付番号")]
    for column in columns:
        found += [names[column], _("残り")] if column == "due" else [names[column]]
    return found


def file_line(row: desk.Row, columns: Sequence[str], departments: Mapping[str, str]) -> list[object]:
    """A case as a line of a file; the name of a protected person is never in it."""
    told: dict[str, Callable[[], list[object]]] = {
        "procedure": lambda: [row.procedure],
        "name": lambda: [_("支援措置（担当者に確認してください）") if row.protected else row.name],
        "received": lambda: [row.received_on],
        "due": lambda: [row.due.on or "", row.due.text],
        "status": lambda: [Status(row.status).label],
        "holder": lambda: [row.holder],
        "channel": lambda: [row.channel],
        "department": lambda: [departments.get(row.department, row.department)],
        "closed": lambda: [row.closed_on or ""],
    }
    return [grouped(row.receipt_number), *(value for column in columns for value in told[column]())]


def _name_cell(row: desk.Row) -> Any:
    if not row.protected:
        return row.name or _("（氏名なし）")
    # The mark stands in place of the name, or beside it for the responsible department.
    note = _("担当者に確認してください") if row.masked else row.name
    return {"text": _("支援措置"), "tag": "warning", "note": note}


def _day(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"


def _due_cell(due: desk.Due) -> Any:
    day = _day(due.on) if due.on else "―"
    if not due.text:
        return day
    return {"text": due.text, "tag": due.kind, "note": day if due.on else ""}
