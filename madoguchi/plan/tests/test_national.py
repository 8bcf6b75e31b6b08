"""National tables, peers by size, renewals of cards."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.organization.tests.factories import signed_in_client, staff_with
from madoguchi.plan.actions import national
from madoguchi.plan.models import NationalTable, NationalValue
from madoguchi.plan.rules import national as rules
from madoguchi.plan.tests.factories import NOW, AchievementFactory

CSV = '団体コード,団体名,人口,保有枚数,分母,保有率\n032018,盛岡市,280000,224000,280000,80.0\n032026,宮古市,47000,37835,47000,８０．５%\n022012,青森市,"265,000",200000,265000,75.4\n'
FORM = {
    "title": "保有枚数率",
    "figure": "card-holding",
    "unit": "%",
    "as_on": "2026-09-30",
    "denominator": "住民基本台帳人口（2026年1月1日時点）",
    "published_by": "試験",
}


def city(code: int, population: int | None, value: float) -> rules.City:
    return rules.City(str(code), f"市{code}", population, value)


def test_peers_are_the_nearest_in_size_and_our_city_is_among_them():
    cities = [city(n, 100_000 + 10_000 * n, float(n % 7)) for n in range(30)]

    found = rules.peers(cities, "10", count=4)

    assert {c.code for c in found} == {"8", "9", "10", "11", "12"}
    assert [c.value for c in found] == sorted((c.value for c in found), reverse=True)


def test_a_city_that_is_not_in_the_table_has_no_peers_and_no_place():
    assert rules.peers([city(1, 5, 1.0)], "9") == []
    assert rules.rank([city(1, 5, 1.0)], "9") is None


def test_equal_values_share_a_place():
    cities = [city(1, 1, 5.0), city(2, 1, 7.0), city(3, 1, 5.0)]

    assert rules.rank(cities, "1") == rules.rank(cities, "3") == (2, 3)


ISSUED = st.dictionaries(
    st.integers(0, 130).map(lambda n: date(2016 + n // 12, n % 12 + 1, 1)),
    st.tuples(st.integers(0, 9000), st.integers(0, 900)),
    max_size=40,
)


@given(issued=ISSUED)
def test_every_card_is_renewed_once_and_its_certificate_once_before(issued):
    found = rules.renewals(issued, since=date(2020, 1, 1), months=12 * 18, assumed=rules.Assumptions())

    adults, minors = (sum(pair[n] for pair in issued.values()) for n in (0, 1))
    assert sum(load.certificates for load in found) == adults
    assert sum(load.cards for load in found) == adults + minors


@given(issued=ISSUED, minutes=st.integers(1, 60), more=st.integers(0, 60))
def test_longer_visits_never_need_fewer_counters(issued, minutes, more):
    def counters(each: int) -> list[int]:
        assumed = rules.Assumptions(minutes_a_visit=each)
        return [
            n.counters for n in rules.renewals(issued, since=date(2024, 1, 1), months=24, assumed=assumed)
        ]

    assert all(a <= b for a, b in zip(counters(minutes), counters(minutes + more), strict=True))


# --- pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def client(db):
    return signed_in_client(staff_with("office"))


def sent(client, content: str = CSV, **fields: str):
    upload = SimpleUploadedFile("t.csv", content.encode("cp932"), "text/csv")
    return client.post("/plan/national/new/", FORM | fields | {"file": upload}, follow=True)


def test_a_table_is_imported_and_compared(client):
    page = sent(client).content.decode()

    assert "盛岡市は、3団体のうち2番目です。" in page
    assert "住民基本台帳人口（2026年1月1日時点）" in page
    assert NationalValue.objects.get(city_code="032026").value == 80.5


def test_the_same_table_twice_is_refused(client):
    sent(client)

    page = sent(client)

    assert page.status_code == 422
    assert "もう取り込んであります。" in page.content.decode()
    assert NationalTable.objects.count() == 1


def test_faults_are_named_by_line_and_column_and_nothing_is_imported(client):
    bad = CSV.replace("032018", "032019").replace("75.4", "約75").replace("032026", "022012")

    page = sent(client, bad)

    text = page.content.decode()
    assert page.status_code == 422
    for sentence in ("検査数字が合いません。", "3行目と同じ団体です。", "数ではありません。"):
        assert sentence in text
    assert not NationalTable.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("denominator", "", "分母（何の、いつの数か）を入力してください。"),
        ("as_on", "2999-01-01", "先の日付の表は取り込めません。"),
        ("figure", "x", "何の数かを選んでください。"),
    ],
)
def test_date_and_denominator_are_needed(client, field, typed, sentence):
    assert sentence in sent(client, **{field: typed}).content.decode()


def test_a_missing_column_is_named(client):
    assert "1行目に「団体コード」と書いてください。" in sent(client, "市,値\n盛岡,1\n").content.decode()


def test_renewals_are_forecast_from_a_file(client):
    rows = "年月,成人,未成年\n" + "".join(
        f"{y}-{m:02d},1200,100\n" for y in range(2016, 2027) for m in range(1, 13)
    )
    upload = SimpleUploadedFile("c.csv", rows.encode(), "text/csv")
    form = {
        "share_at_counter": "70",
        "minutes_a_visit": "20",
        "open_days": "20",
        "minutes_a_day": "420",
        "file": upload,
    }

    page = client.post("/plan/national/cards/", form).content.decode()

    assert "窓口に来るのは1,750件、要る窓口の数は5です。" in page


def test_faults_of_the_forecast_are_told(client):
    upload = SimpleUploadedFile(
        "c.csv", "年月,成人,未成年\n4月,1,1\n2021-04,たくさん,0\n".encode(), "text/csv"
    )

    page = client.post("/plan/national/cards/", {"share_at_counter": "700", "file": upload})

    text = page.content.decode()
    assert page.status_code == 422
    for sentence in ("1から100までの整数", "2021-04の形で", "枚数を0以上の整数で"):
        assert sentence in text


def test_telework_shows_days_and_reasons_against(client):
    AchievementFactory(kind="telework", detail={"days": 120, "against": "窓口の職員が足りない"})

    assert "窓口の職員が足りない" in client.get("/plan/national/").content.decode()


@pytest.mark.parametrize("path", ["/plan/national/", "/plan/national/new/", "/plan/national/cards/"])
@pytest.mark.parametrize(("role", "status"), [("office", 200), ("officer", 403), ("administrator", 403)])
def test_only_the_office_sees_national_figures(db, path, role, status):
    assert signed_in_client(staff_with(role)).get(path).status_code == status


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_table_of_the_whole_nation_fits_in_one_unit():
    rows = [
        {"city_code": f"{n:06d}", "city_name": f"市{n}", "population": n, "value": 1.0}
        | {"numerator": None, "denominator": None}
        for n in range(1800)
    ]
    head: dict[str, Any] = {
        name: FORM[name] for name in ("title", "figure", "unit", "denominator", "published_by")
    }
    head |= {"as_on": date(2026, 9, 30), "address": "", "digest": "0" * 64}

    national.import_table(head=head, rows=rows, by=staff_with("office"), now=NOW)

    assert NationalValue.objects.count() == 1800


def test_a_column_shown_in_percent_by_excel_is_told(client):
    page = sent(client, "団体コード,団体名,値\n032018,盛岡市,0.802\n", unit="%")

    assert page.status_code == 422
    assert "値がどれも1以下です。" in page.content.decode()


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ("224000,280000,80.0", ""),
        ("224000,280000,80", ""),
        ("200000,265000,75.4", ""),  # cut off
        ("200000,265000,75.5", ""),  # rounded
        ("200000,265000,75", ""),
        (",280000,81.0", ""),
        ("65762,121180,54.268031028222474", ""),  # as a spreadsheet works it out
        ("65762,121180,54.27 %", ""),
        ("224000,280000,81.0", "分子÷分母は80.0%で、値と合いません。"),
        ("224000,280000,8.0", "分子÷分母は80.0%で、値と合いません。"),
        ("224000,0,80.0", "分母が0です。値を計算できません。"),
    ],
)
def test_a_share_is_its_parts_divided(client, parts, sentence):
    page = sent(client, f"団体コード,団体名,保有枚数,分母,保有率\n032018,盛岡市,{parts}\n").content.decode()

    assert NationalTable.objects.exists() is (sentence == "")
    assert sentence in page


def test_published_values_are_shown_as_they_were_published(client):
    page = sent(client, "団体コード,団体名,人口,値\n032018,盛岡市,1,54.27\n032026,宮古市,1,0.04\n", unit="点")

    text = page.content.decode()
    assert "54.27点" in text
    assert "0.04点" in text


def test_the_parts_of_each_share_are_shown(client):
    page = sent(client).content.decode()

    assert "224,000" in page
    assert "265,000" in page
