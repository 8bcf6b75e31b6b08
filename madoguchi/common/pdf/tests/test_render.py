import logging
import subprocess
import sys
from dataclasses import replace
from time import process_time

import pytest
import typst

from madoguchi.common.pdf import render as rendering
from madoguchi.common.pdf.documents import Row, Section
from madoguchi.common.pdf.render import NoSuchTemplate, NotRendered, render, render_apart
from madoguchi.common.pdf.tests.papers import FILING_COPY, ISSUED_AT, LETTER
from madoguchi.common.pdf.tests.reading import read, text_of

MARKUP = [
    '#panic("stop")',
    "*bold* _italic_ `raw` $x^2$",
    "= heading",
    "@reference <label>",
    '#read("/config/settings.py")',
    "\\ #sys.inputs // comment /* comment */",
    "]]} \"'",
    "{{ template }} {% block %}",
]


@pytest.mark.parametrize("typed", MARKUP)
def test_what_people_type_is_printed_and_never_carried_out(typed):
    copy = replace(FILING_COPY, procedure_title=typed, sections=(Section(typed, (Row(typed, typed),)),))

    text = text_of(copy.render())

    assert text.count("".join(typed.split())) >= 4


@pytest.mark.parametrize("typed", MARKUP)
def test_a_letter_too_prints_what_people_type(typed):
    letter = replace(LETTER, title=typed, addressee=typed, paragraphs=(typed,))

    assert text_of(letter.render()).count("".join(typed.split())) >= 3


@pytest.mark.parametrize(
    "name", ["", "nothing", "../pdf/templates/letter", "/etc/passwd", "letter.typ", "common/letter"]
)
def test_only_templates_of_the_rooms_can_be_named(name):
    with pytest.raises(NoSuchTemplate):
        render(name, {}, title="題", issued_at=ISSUED_AT)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError):
        render("letter", {}, title="題", issued_at=ISSUED_AT.replace(tzinfo=None))


def test_the_moment_of_issue_is_the_date_of_the_file():
    metadata = read(LETTER.render()).metadata

    assert metadata is not None
    assert metadata.creation_date == ISSUED_AT


def test_an_error_of_a_template_is_ours_to_see():
    with pytest.raises(typst.TypstError):
        render("letter", {"city": "盛岡市"}, title="題", issued_at=ISSUED_AT)


def test_a_paper_that_cannot_meet_the_standards_is_printed_all_the_same(monkeypatch, caplog):
    monkeypatch.setattr(rendering, "prepare", lambda data: (dict(data), []))

    with caplog.at_level(logging.ERROR):
        content = replace(LETTER, addressee="山😀田").render()

    assert "山" in text_of(content)
    assert "does not meet its PDF standards" in caplog.text
    assert "letter.typ" in caplog.text
    assert "😀" not in caplog.text


@pytest.mark.slow
def test_an_ordinary_copy_costs_little():
    FILING_COPY.render()
    start = process_time()
    for number in range(10):
        replace(FILING_COPY, receipt_number=f"{number:012d}").render()

    assert (process_time() - start) / 10 < 0.1


def test_a_room_brings_its_own_templates_and_builds_them_on_the_common_page(tmp_path, monkeypatch):
    shared = tmp_path / "common" / "pdf" / "templates"
    shared.mkdir(parents=True)
    (shared / "page.typ").write_text((rendering.ROOT / "common/pdf/templates/page.typ").read_text())
    (tmp_path / "taxes" / "pdf").mkdir(parents=True)
    (tmp_path / "taxes" / "pdf" / "bill.typ").write_text(
        '#import "/common/pdf/templates/page.typ": *\n#show: paper\n#heading(level: 1, plain(data.title))'
    )
    monkeypatch.setattr(rendering, "ROOT", tmp_path)

    assert text_of(render("taxes/bill", {}, title="納税通知書", issued_at=ISSUED_AT)) == "納税通知書"


@pytest.mark.slow
def test_a_paper_made_in_a_process_of_its_own_is_the_same():
    assert LETTER.render_apart() == LETTER.render()


@pytest.mark.slow
def test_a_process_that_fails_is_an_error_without_anything_personal():
    with pytest.raises(NotRendered) as failed:
        render_apart("letter", {"addressee": "山田太郎"}, title="題", issued_at=ISSUED_AT)

    assert str(failed.value) == "letter"


@pytest.mark.slow
def test_the_web_process_loads_no_typesetter():
    code = (
        "import sys, django; from django.conf import settings; settings.configure(); django.setup();"
        "from madoguchi.common.pdf.tests.papers import LETTER; LETTER.render_apart();"
        "sys.exit('typst' if 'typst' in sys.modules else 0)"
    )

    finished = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(rendering.ROOT.parent)},
        capture_output=True,
        check=False,
    )

    assert (finished.returncode, finished.stderr) == (0, b"")
