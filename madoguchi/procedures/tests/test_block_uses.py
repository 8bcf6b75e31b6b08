"""A change of a block shows every procedure it touches; what is published stays until it is published again."""

from __future__ import annotations

import pytest

from madoguchi.common import clock, yaml_source
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with
from madoguchi.procedures import actions, block_uses, desk_blocks, placing, queries
from madoguchi.procedures.block_uses import Difference
from madoguchi.procedures.placing import Block
from madoguchi.procedures.tests.test_placing import BASE, HELPERS, REASON

pytestmark = pytest.mark.django_db
SOURCE = BASE.replace(REASON, f"      - {{use: helpers}}\n{REASON}", 1)


def block(text: str = HELPERS) -> Block:
    return placing.block_of(yaml_source.read(text), text, "blocks/helpers.yaml")


def known(monkeypatch: pytest.MonkeyPatch, text: str = HELPERS) -> Block:
    """Let the city's only block be this one."""
    only = block(text)
    monkeypatch.setattr(placing, "shared", lambda: {"helpers": only})
    return only


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> str:
    """A live procedure that uses the block."""
    known(monkeypatch)
    version = actions.publish(source=SOURCE, by="test:a", approved_by="test:b", now=clock.now())
    DepartmentFactory(code=version.department_code)
    return version.procedure_id


def test_a_version_keeps_its_block_and_the_same_source_again_changes_nothing(
    published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = queries.current(published)
    assert offer is not None
    same = actions.publish(source=SOURCE, by="test:a", approved_by="test:b", now=clock.now())
    assert same.id == offer.version_id

    known(monkeypatch, HELPERS.replace("label: 手伝う人の氏名", "label: 支える人の氏名"))
    queries.definition_of.cache_clear()
    assert queries.definition_of(offer.version_id).question("helper_name").label == "手伝う人の氏名"
    renewed = actions.publish(source=SOURCE, by="test:a", approved_by="test:b", now=clock.now())

    assert renewed.number == offer.number + 1
    assert queries.definition_of(renewed.id).question("helper_name").label == "支える人の氏名"


def test_a_block_that_stands_as_published_changes_nothing(published: str) -> None:
    [touched] = block_uses.touched_by(block())

    assert (touched.offer.procedure_id, touched.differences) == (published, ())
    assert [offer.procedure_id for offer in block_uses.all_uses()["helpers"]] == [published]


def test_every_difference_of_a_changed_block_is_told(published: str) -> None:
    changed = (
        HELPERS.replace("label: 手伝う月数, min: 0, max: 12", "label: 手伝う月数, min: 1, max: 24")
        .replace("  - {id: has_helper, kind: yes_no, label: 手伝う人がいますか}\n", "")
        .replace("    when: {question: has_helper, is: yes}\n", "")
        .replace("texts:\n", "  - {id: helper_note, kind: text, label: 備考, required: false}\ntexts:\n", 1)
        .replace("Months of help", "How many months")
    )

    [touched] = block_uses.touched_by(block(changed))

    told = {(one.part, one.item): one for one in touched.differences}
    assert told["questions", "has_helper"].what == "removed"
    assert told["questions", "helper_note"].what == "added"
    assert told["questions", "helper_months"] == Difference(
        "questions", "helper_months", "changed", ("max", "min")
    )
    assert told["questions", "helper_name"].keys == ("when",)
    assert told["texts", "en"].keys == ("question.helper_months.label",)


def test_the_lines_for_the_console_name_the_procedures_and_what_changes(
    published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(desk_blocks.lines("")) == ["helpers: 1件の手続で使っています。"]
    assert list(desk_blocks.lines("helpers"))[1].endswith("公開中の版と同じです。")
    known(monkeypatch, HELPERS.replace("label: 手伝う月数", "label: 手伝った月数"))

    [first, second] = desk_blocks.lines("helpers")

    assert first == "helpers: 1件の手続で使っています。"
    assert second.startswith(published)
    assert second.endswith("質問「helper_months」のlabelが変わります。")
    with pytest.raises(KeyError):
        list(desk_blocks.lines("nothing"))


def test_staff_see_the_blocks_and_whom_they_touch(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, HELPERS.replace("  - {id: has_helper,", "  - {id: has_helpers,"))
    client = signed_in_client(staff_with("officer"))

    listed = client.get("/studio/blocks/").content.decode()
    page = client.get("/studio/blocks/helpers/").content.decode()

    assert "手伝う人" in listed
    assert "質問「has_helper」がなくなります。" in page
    assert "質問「has_helpers」が加わります。" in page
    assert client.get("/studio/blocks/nothing/").status_code == 404


def test_a_block_of_the_city_can_be_looked_at_though_nobody_uses_it() -> None:
    client = signed_in_client(staff_with("head"))

    for name in placing.shared():
        assert client.get(f"/studio/blocks/{name}/").status_code == 200
