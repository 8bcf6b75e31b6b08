"""Every address says who may call it, and the list of them is read when it changes."""

import pytest

from madoguchi.common import access
from scripts import docs

ROUTES = docs.routes()
# The plan's scoreboard is public, what the office and the departments keep below it is not.
STAFF_PLACES = (
    "/desk/",
    "/studio/",
    "/plan/achievements/",
    "/plan/office/",
    "/plan/services/",
    "/plan/meetings/",
    "/plan/national/",
    "/plan/investment/",
    "/plan/reports/",
    "/plan/typed-values/",
    "/plan/resolutions/",
    "/plan/roadmap/what-if/",
    "/security/",
    "/audit/",
    "/counter/",
)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.address)
def test_every_route_declares_its_access_rule(route: docs.Route) -> None:
    assert isinstance(route.rule, access.Rule)


def test_the_table_of_routes_in_the_docs_is_the_real_one() -> None:
    written = (docs.DOCS / "routes.md").read_text("utf-8")

    assert written == docs.routes_page(), "make fix writes it; look at who sees what"


def test_no_page_below_a_staff_address_is_open_to_anybody() -> None:
    below = [r for r in ROUTES if r.address.startswith(STAFF_PLACES)]

    open_ones = [r.address for r in below if str(r.rule) in ("public", "holder") and "sign-in" not in r.name]

    assert open_ones == []


def test_every_list_that_staff_take_as_csv_leaves_as_a_workbook_too() -> None:
    found = {r.address: (r.rule, r.view) for r in ROUTES}
    alone = [
        one
        for one, what in found.items()
        if one.endswith(".csv") and str(what[0]).startswith("staff") and not one.endswith("/template.csv")
        if found.get(one.removesuffix(".csv") + ".xlsx") != what
    ]

    assert alone == []


def test_addresses_are_lower_case_and_ordinary_pages_end_with_a_slash() -> None:
    odd = [r.address for r in ROUTES if _plain(r.address) != _plain(r.address).lower()]

    assert odd == []


def test_names_of_routes_are_unique() -> None:
    names = [r.name for r in ROUTES if r.name]

    assert len(names) == len(set(names))
    assert [r.address for r in ROUTES if not r.name] == []


def _plain(address: str) -> str:
    """The address without its variables."""
    return "".join(part.partition(">")[2] if ">" in part else part for part in address.split("<"))
