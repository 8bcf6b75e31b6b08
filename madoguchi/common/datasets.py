"""A data set of the register as a file that people and machines read: CSV for tables, JSON with what the columns mean."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, TypeVar

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from madoguchi.common import clock
from madoguchi.common.jinja2env import city_name
from madoguchi.common.registers import Dataset, Value
from madoguchi.common.spreadsheets import csv_response

Response = TypeVar("Response", bound=HttpResponseBase)
DataKind = Literal["csv", "json"]
LICENCES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/deed.ja"}


def data_response(dataset: Dataset, kind: DataKind, name: str) -> HttpResponseBase:
    """The data set as it stands now, as `name`.csv or `name`.json."""
    if kind == "csv":
        rows = ([_cell(value) for value in row] for row in dataset.rows())
        return _kept(csv_response(f"{name}.csv", [column.heading for column in dataset.columns], rows))
    with translation.override("ja"):
        return json_response(_described(dataset))


def json_response(content: dict[str, Any]) -> JsonResponse:
    """JSON as people read it too: Japanese as it is, two blanks deep."""
    return _kept(JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 2}))


def _kept(response: Response) -> Response:
    """Who reads again within five minutes gets what was made before: it is the same for everybody."""
    response["Cache-Control"] = "public, max-age=300"
    return response


def _described(dataset: Dataset) -> dict[str, Any]:
    names = [column.name for column in dataset.columns]
    return {
        "title": dataset.title,
        "description": dataset.note,
        "publisher": city_name(),
        "licence": dataset.licence,
        "licence_url": LICENCES[dataset.licence],
        "updated": dataset.cycle,
        "as_of": clock.today().isoformat(),
        "columns": [
            {"name": column.name, "heading": column.heading, "note": column.note}
            for column in dataset.columns
        ],
        "rows": [dict(zip(names, map(_plain, row), strict=True)) for row in dataset.rows()],
    }


def _cell(value: Value) -> str:
    """As the national standard data sets write it: 有 or 無, days with hyphens, nothing where nothing is known."""
    if isinstance(value, bool):
        return "有" if value else "無"
    return "" if value is None else str(value)


def _plain(value: Value) -> str | int | bool | None:
    return value.isoformat() if isinstance(value, date) else value
