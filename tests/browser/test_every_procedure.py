"""Every procedure of the catalogue, filed once in a browser on a telephone without scripts, from its ordinary sample."""

from __future__ import annotations

import json
import os
import re

import pytest
from playwright.sync_api import expect

from madoguchi.common import clock
from madoguchi.procedures.compiling import compile_source
from madoguchi.procedures.sampling import filing_like_a_sample
from madoguchi.procedures.tests.factories import ROOM, source_of
from tests.browser.filings import Filing
from tests.browser.pages import NUMBER, Look, nothing
from tests.conftest import PHONE, NewPage

# A long walk through forms that read from the database as everything else does: once is enough.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(os.environ.get("SECOND_HALF")), reason="walked in the first half of a whole run"),
]
# Of these every page is held against axe and the width of a telephone, and kept as a picture to be looked at.
LOOKED_AT = (
    "child_allowance_amount_change",
    "child_rearing_allowance_annual_report",
    "childcare_certification",
    "dog_registration",
    "facility_reservation",
    "income_tax_certificate",
    "national_health_insurance_joining",
    "pregnancy_notification",
    "road_damage_report",
    "water_service_start",
)
FILES = sorted(path.stem for path in (ROOM / "catalog").glob("*.yaml"))


def place_of_the_ordinary(file: str) -> int:
    """Where the ordinary sample stands among those of its procedure."""
    written = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOM / "samples").glob("*.json"))
    ]
    own = [one for one in written if one["procedure"] == file.replace("_", "-")]
    return next(place for place, one in enumerate(own) if one["kind"] == "ordinary")


@pytest.mark.parametrize("file", FILES)
def test_it_is_filed_from_its_page_to_the_receipt(new_page: NewPage, look: Look, file: str) -> None:
    definition = compile_source(source_of(file))
    number = place_of_the_ordinary(file)
    answers = filing_like_a_sample(definition, number, today=clock.today(), facts={})
    page = new_page(viewport=PHONE, java_script_enabled=False)
    filing = Filing(page, definition, answers, look if file in LOOKED_AT else nothing)
    filing.start()
    filing.fill_in()

    assert filing.unsaid(clock.today()) == []
    filing.press("この内容で送る")

    expect(page).to_have_url(re.compile("/filing/r/"))
    assert NUMBER.search(filing.main.inner_text())
