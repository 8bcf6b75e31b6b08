"""Definitions brought in from files: all or none, by two people, and what is live is never broken by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from madoguchi.procedures import actions, importing_command, queries
from madoguchi.procedures.models import ProcedureVersion
from madoguchi.procedures.tests.test_checking import BASE, CASES

pytestmark = pytest.mark.django_db
PEOPLE = ["--by", "author", "--approved-by", "second"]
PARKING = "bicycle-parking"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The definition of the corpus as a file."""
    path = tmp_path / "parking.yaml"
    path.write_text(BASE, encoding="utf-8")
    return path


def test_a_definition_goes_live_and_the_same_file_again_changes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert importing_command.main([str(file), *PEOPLE]) == 0
    assert importing_command.main([str(file), *PEOPLE]) == 0

    assert capsys.readouterr().out.splitlines() == [f"{PARKING} 第1版"] * 2
    version = ProcedureVersion.objects.get()
    assert (version.published_by, version.approved_by) == ("console:author", "console:second")


def test_a_dry_run_says_what_would_change_and_publishes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    importing_command.main([str(file), *PEOPLE])
    without = [
        line for line in BASE.splitlines() if "id: other, label" not in line and "reason.other" not in line
    ]
    file.write_text("\n".join(without), encoding="utf-8")
    capsys.readouterr()

    assert importing_command.main([str(file), *PEOPLE, "--dry-run"]) == 0

    said = capsys.readouterr().out
    assert "[reason] 注意: " in said
    assert "まだ何も公開していません" in said
    assert ProcedureVersion.objects.count() == 1


@pytest.mark.slow
def test_no_broken_file_breaks_what_is_live(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    importing_command.main([str(file), *PEOPLE])
    live = queries.current(PARKING)
    sources = [BASE.replace(case["from"], case["to"], 1) for case in CASES]
    sources += [
        BASE.replace("kind: integer, label: 使う月数, min: 1, max: 12", "kind: email, label: メール"),
        "",
        "a: &a [x]\nb: [*a, *a]\n",
    ]

    for source in sources:
        file.write_text(source, encoding="utf-8")
        assert importing_command.main([str(file), *PEOPLE]) == 1, source[:200]
        assert "いま受け付けている版はそのままです" in capsys.readouterr().out

    assert queries.current(PARKING) == live
    assert ProcedureVersion.objects.count() == 1


def test_one_faulty_file_keeps_the_others_from_being_published(file: Path, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text("language: 1", encoding="utf-8")

    assert importing_command.main([str(file), str(faulty), *PEOPLE]) == 1

    assert not ProcedureVersion.objects.exists()


@pytest.mark.parametrize(
    "people",
    [
        ["--by", "one", "--approved-by", "one"],
        ["--by", "one", "--approved-by", " one "],
        ["--by", " ", "--approved-by", "two"],
        ["--by", "one"],
    ],
)
def test_nobody_brings_a_definition_in_alone(file: Path, people: list[str]) -> None:
    with pytest.raises(SystemExit):
        importing_command.main([str(file), *people])

    assert not ProcedureVersion.objects.exists()


def test_who_was_overtaken_is_told_in_a_sentence(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def overtaken(**_anything: object) -> None:
        raise actions.PublishedMeanwhile

    monkeypatch.setattr(actions, "publish", overtaken)

    assert importing_command.main([str(file), *PEOPLE]) == 1
    assert "ほかの人がこの手続の新しい版を公開しました" in capsys.readouterr().out
