"""Procedures for machines: lists as CSV and JSON, one procedure as JSON. Open to all, as the pages are."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.datasets import DataKind, data_response, json_response
from madoguchi.procedures import open_data, queries


@access.public
@require_GET
def listing(request: HttpRequest, name: str, kind: DataKind) -> HttpResponseBase:
    """One of the data sets of this room."""
    return data_response(open_data.DATASETS[name], kind, name)


@access.public
@require_GET
def one(request: HttpRequest, procedure_id: str) -> HttpResponseBase:
    """What the page of a procedure says, in all languages."""
    offer = queries.current(procedure_id)
    if offer is None:
        raise Http404
    return json_response(open_data.whole(offer))
