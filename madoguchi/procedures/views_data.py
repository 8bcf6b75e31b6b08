"""Procedures for machines: lists as CSV and JSON, one procedure as JSON. Open to all, as the pages are."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.datasets import DataKind, data_response, json_response
from madoguchi.procedures import open_data, queries
from madoguchi.procedures.filing_schema import filing_schema


@access.public
@require_GET
def listing(request: HttpRequest, name: str, kind: DataKind) -> HttpResponseBase:
    """One of the data sets of this room."""
    return data_response(open_data.DATASETS[name], kind, name)


@access.public
@require_GET
def one(request: HttpRequest, procedure_id: str) -> HttpResponseBase:
    """What the page of a procedure says, in all languages."""
    return json_response(open_data.whole(_offered(procedure_id)))


@access.public
@require_GET
def answers_schema(request: HttpRequest, procedure_id: str) -> HttpResponseBase:
    """The JSON Schema of the answers of a filing, as the version of today asks them."""
    response = json_response(filing_schema(_offered(procedure_id).definition))
    response["Content-Type"] = "application/schema+json"
    return response


def _offered(procedure_id: str) -> queries.Offer:
    offer = queries.current(procedure_id)
    if offer is None:
        raise Http404
    return offer
