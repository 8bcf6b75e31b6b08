"""The registry of digital services as files: CSV in and out, workbooks in, and YAML in the manner of publiccode.yml.

The YAML uses keys of publiccode.yml where they fit and says `publiccodeLike`; it is no valid publiccode.yml, which
describes software that is published, not its use by a city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from django.utils.translation import gettext as _

from madoguchi.common import clock, yaml_source
from madoguchi.common.desk_tables import UnreadableTable, read_table
from madoguchi.plan.actions.services import EDITABLE
from madoguchi.plan.forms import desk_services as forms
from madoguchi.plan.models import DigitalService

ENDED_ON = "ended_on"  # may be missing from a file; empty says nothing of the last day


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a file: line, column, what to do."""

    line: int
    column: str
    sentence: str


def as_yaml(services: Iterable[DigitalService]) -> str:
    """All entries as one YAML document."""
    entries = [
        {
            "name": service.private_service,
            "usedBy": {"service": service.city_service, "department": service.department_code},
            "legal": {"contract": service.contract, "provider": service.provider},
            "landingURL": service.address,
            "categories": [service.category],
            "inUseSince": service.started_on.isoformat(),
            "inUseUntil": _iso(service.ended_on),
            "dataClasses": list(service.data_classes),
            "checks": {
                "privacy": _iso(service.privacy_checked_on),
                "security": _iso(service.security_checked_on),
                "review": _iso(service.review_on),
            },
            "costYenAYear": service.cost_yen,
            "exitPlan": service.exit_plan,
        }
        for service in services
    ]
    document = {"publiccodeLike": 1, "services": entries}
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def read_yaml(content: bytes, departments: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The entries of such a document, and its faults."""
    try:
        source = yaml_source.read(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return [], [Finding(1, "", _("文字コードを読みとれません。UTF-8で保存し直してください。"))]
    except yaml_source.NotReadable as error:
        return [], [Finding(error.line, "", error.message)]
    entries = source.data.get("services")
    if source.data.get("publiccodeLike") != 1 or not isinstance(entries, list):
        return [], [Finding(1, "", _("publiccodeLike: 1 と services: の並びが必要です。"))]
    found: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for number, entry in enumerate(entries):
        line = source.line_of(("services", number))
        row = _flat(entry) if isinstance(entry, dict) else {}
        _take(row, line, departments, found, findings)
    return found, findings


def read_rows(content: bytes, departments: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The entries of a table as `list.csv` writes it, CSV or workbook, and its faults."""
    found: list[dict[str, Any]] = []
    findings: list[Finding] = []
    try:
        rows = read_table(content).rows
        _line, header = next(rows, (1, []))
        missing = [name for name in EDITABLE if name not in header]
        if missing:
            names = "、".join(missing)
            return [], [Finding(1, "", _("1行目に列「%(names)s」がありません。") % {"names": names})]
        for line, cells in rows:
            row = dict(zip(header, cells, strict=False))
            plain = {name: row.get(name, "").removeprefix("'") for name in (*EDITABLE, ENDED_ON)}
            _take(plain, line, departments, found, findings)
    except UnreadableTable as error:
        findings.append(Finding(error.line, "", error.sentence))
    return found, findings


def _take(
    row: Mapping[str, str],
    line: int,
    departments: Mapping[str, str],
    found: list[dict[str, Any]],
    findings: list[Finding],
) -> None:
    chosen = [one.strip() for one in row.get("data_classes", "").split(";")]
    values, problems = forms.read(row, chosen, departments, today=clock.today())
    values[ENDED_ON] = forms.day_of(row.get(ENDED_ON, ""), f"#{ENDED_ON}", problems)
    findings += [Finding(line, place.removeprefix("#"), sentence) for place, sentence in problems]
    if not problems:
        found.append(values)


def _flat(entry: Mapping[str, Any]) -> dict[str, str]:
    """An entry as the form takes it."""

    def at(*path: str) -> str:
        value: Any = entry
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return "" if value is None else str(value)

    categories = entry.get("categories")
    classes = entry.get("dataClasses")
    return {
        "city_service": at("usedBy", "service"),
        "private_service": at("name"),
        "provider": at("legal", "provider"),
        "department_code": at("usedBy", "department"),
        "category": str(categories[0]) if isinstance(categories, list) and categories else "",
        "started_on": at("inUseSince"),
        ENDED_ON: at("inUseUntil"),
        "contract": at("legal", "contract"),
        "data_classes": ";".join(map(str, classes)) if isinstance(classes, list) else "",
        "privacy_checked_on": at("checks", "privacy"),
        "security_checked_on": at("checks", "security"),
        "cost_yen": at("costYenAYear"),
        "exit_plan": at("exitPlan"),
        "review_on": at("checks", "review"),
        "address": at("landingURL"),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
