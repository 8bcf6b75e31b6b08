"""One name for what people write in different ways, wherever names are held against each other."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from madoguchi.plan.actions import facts
from madoguchi.plan.models import Achievement, Fact, SubjectYear
from madoguchi.plan.queries import figures
from madoguchi.plan.rules.names import LONGEST, name_of
from madoguchi.plan.rules.services import sameness
from madoguchi.plan.tests.recording import record
from madoguchi.plan.tests.test_facts import indicator_of, plan_of

LONG = "避難所の一覧" * 15


@pytest.mark.parametrize(
    "written",
    ["AED設置場所（一覧）", "ＡＥＤ設置場所(一覧)", "aed 設置場所 （一覧）", "ＡＥＤ　設置場所（一覧）"],
)
def test_width_case_and_blanks_do_not_make_another_name(written):
    assert name_of(written) == "aed設置場所(一覧)"
    assert sameness(written, written) == sameness("AED設置場所（一覧）", "AED設置場所（一覧）")


def test_long_names_that_differ_at_their_end_stay_different():
    names = {name_of(LONG + end) for end in ("", "一", "二")}

    assert len(names) == 3
    assert {len(name) for name in names} == {LONGEST}
    assert name_of(f"{LONG} 一") == name_of(f"{LONG}一")


def stock(day: date) -> float | None:
    return figures.figure(plan_of(), indicator_of("stock", "day", source="datasets"), day).value


@pytest.mark.django_db
def test_a_record_written_in_another_way_is_a_twin_and_counts_once(officer):
    first, day = record(officer, kind="dataset", title="ＡＥＤ（一覧）", detail={}), date(2024, 6, 1)
    second = record(officer, kind="dataset", title="aed (一覧)", detail={})
    record(officer, kind="dataset", title="AED（一覧）", detail={}, happened_on=date(2024, 5, 11))

    assert (first.state, second.state) == ("counted", "doubtful")
    assert stock(day) == 1


@pytest.mark.django_db
def test_long_titles_that_differ_count_each(officer):
    for end in ("一", "二"):
        record(officer, kind="dataset", title=LONG + end, detail={})

    assert stock(date(2024, 6, 1)) == 2


@pytest.mark.django_db
def test_what_was_told_under_other_names_before_follows(officer):
    for day, title in ((1, "ＡＥＤ（一覧）"), (2, "aed (一覧)"), (3, LONG + "一"), (4, LONG + "二")):
        record(officer, kind="dataset", title=title, detail={}, happened_on=date(2024, 6, day))
    record(officer, kind="training", detail={"people": ["a"]})
    wanted = list(Fact.objects.order_by("key").values()), list(SubjectYear.objects.order_by("id").values())
    Achievement.objects.update(sameness="")
    for fact in Fact.objects.filter(source="datasets"):
        Fact.objects.filter(id=fact.id).update(subject=fact.label.replace(" ", "")[:80])
    facts.recount("datasets")
    assert stock(date(2024, 7, 1)) == 3

    import_module("madoguchi.plan.migrations.0005_one_name").fill(apps, connection.schema_editor())

    assert stock(date(2024, 7, 1)) == 3
    assert (
        list(Fact.objects.order_by("key").values()),
        list(SubjectYear.objects.order_by("id").values()),
    ) == wanted
    assert {row.sameness for row in Achievement.objects.all()} >= {"aed(一覧)", name_of(LONG + "一")}
    assert [facts.recount(source) for source in ("datasets", "training")] == [0, 0]
