"""`madoguchi plan`: what it says, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from madoguchi.config.commands import plan as command
from madoguchi.organization.tests.factories import DepartmentFactory
from madoguchi.plan import reading
from madoguchi.plan.actions import publishing
from madoguchi.plan.models import PlanVersion

NAME = "morioka-2021-2025"


@pytest.fixture
def text() -> str:
    return (Path(reading.__file__).parent / "catalog" / f"{NAME}.yaml").read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path, text) -> Path:
    path: Path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_catalogue_is_checked_when_no_file_is_named(capsys):
    assert command.main(["check"]) == 0

    assert capsys.readouterr().out == "2件の計画を確かめました。誤りは0件です。\n"


def test_a_finding_names_file_line_place_and_mend_and_the_exit_code_says_so(file, text, capsys):
    broken = text.replace("source: workshops", "source: parties")
    file.write_text(broken, encoding="utf-8")
    line = broken.splitlines().index("    source: parties") + 1

    assert command.main(["check", str(file)]) == 1

    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{file}:{line}: [workshops] 出所「parties」はありません。 → 使えるのは、")
    assert last == "1件の計画を確かめました。誤りは1件です。"


def test_findings_come_as_one_line_of_json_when_asked(file, text, capsys):
    file.write_text(text.replace("source: workshops", "source: parties"), encoding="utf-8")

    assert command.main(["check", str(file), "--json"]) == 1

    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert said["files"] == [str(file)]
    assert [(f["file"], f["code"], f["place"]) for f in said["findings"]] == [
        (str(file), "unknown_source", "workshops")
    ]
    assert set(said["findings"][0]) == {"file", "line", "place", "code", "message", "mend"}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00title"])
def test_a_file_that_cannot_be_read_is_a_finding(tmp_path, content, capsys):
    path = tmp_path / "plan.yaml"
    if content is not None:
        path.write_bytes(content)

    assert command.main(["check", str(path)]) == 1

    assert "ファイルを読めません。" in capsys.readouterr().out


@pytest.mark.django_db
def test_publishing_makes_a_version_and_says_which(file, capsys):
    assert command.main(["publish", str(file), "--by", "推進事務局", "--note", "公開"]) == 0

    version = PlanVersion.objects.get()
    assert (version.published_by, version.note) == ("推進事務局", "公開")
    assert capsys.readouterr().out == f"{NAME} 第1版\n"


@pytest.mark.django_db
def test_a_plan_that_names_a_department_the_city_does_not_have_is_not_published(file, capsys):
    DepartmentFactory(code="residents")

    assert command.main(["publish", str(file), "--by", "推進事務局"]) == 1

    assert "部署「digital」はありません。" in capsys.readouterr().out
    assert not PlanVersion.objects.exists()


@pytest.mark.django_db
def test_a_plan_of_the_citys_departments_is_published(file):
    DepartmentFactory(code="digital")

    assert command.main(["publish", str(file), "--by", "推進事務局"]) == 0


@pytest.mark.django_db
def test_a_plan_that_breaks_a_published_figure_is_not_published(file, text, capsys):
    command.main(["publish", str(file), "--by", "推進事務局"])
    file.write_text(text.replace("divisor: 60", "divisor: 6"), encoding="utf-8")

    assert command.main(["publish", str(file), "--by", "推進事務局"]) == 1

    assert "指標「hours-saved」の数え方、現状値または目標が変わりました。" in capsys.readouterr().out
    assert PlanVersion.objects.count() == 1


@pytest.mark.django_db
def test_whoever_publishes_too_late_is_told_so(file, monkeypatch, capsys):
    def too_late(**_fields: object) -> None:
        raise publishing.PublishedMeanwhile

    monkeypatch.setattr(publishing, "publish", too_late)

    assert command.main(["publish", str(file), "--by", "推進事務局"]) == 1

    assert "ほかの人がこの計画の新しい版を公開しました。" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--by", " "], ["--by", "あ" * 81], ["--by", "a", "--note", "あ" * 401]])
def test_what_a_version_cannot_hold_is_refused_before_anything_is_done(file, words):
    with pytest.raises(SystemExit) as refused:
        command.main(["publish", str(file), *words])

    assert refused.value.code == 2
