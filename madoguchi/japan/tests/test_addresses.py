from concurrent.futures import ThreadPoolExecutor

import pytest

from madoguchi.japan import addresses
from madoguchi.japan.addresses import AddressError


@pytest.mark.parametrize(
    "text", ["020-0023", "0200023", "〒020-0023", "０２０－００２３", "020 0023", "020ー0023"]
)
def test_a_postal_code_is_read_however_it_is_typed(text):
    (place,) = addresses.by_postal_code(text)

    assert (place.prefecture, place.city, place.town, place.town_kana) == (
        "岩手県",
        "盛岡市",
        "内丸",
        "ウチマル",
    )
    assert (place.postal_code, place.city_code6) == ("0200023", "032018")


def test_a_postal_code_of_two_prefectures_gives_both():
    places = addresses.by_postal_code("4980000")

    assert [(place.prefecture, place.city_code6) for place in places] == [
        ("愛知県", "232351"),
        ("三重県", "243035"),
    ]


def test_the_own_postal_code_of_a_large_office_gives_its_address():
    (place,) = addresses.by_postal_code("0208530")

    assert (place.office, place.town, place.rest) == ("盛岡市役所", "内丸", "12-2")


def test_a_postal_code_not_in_use_gives_nothing():
    assert addresses.by_postal_code("0209999") == ()


@pytest.mark.parametrize(
    ("text", "code"), [("", "missing"), ("020-002", "postal_code_shape"), ("盛岡市", "postal_code_shape")]
)
def test_what_is_no_postal_code_is_refused(text, code):
    with pytest.raises(AddressError) as refused:
        addresses.by_postal_code(text)
    assert refused.value.code == code


def test_a_postal_code_is_shown_with_its_hyphen():
    assert addresses.format_postal_code("0208530") == "020-8530"


def test_many_threads_may_ask_at_once():
    codes = [f"02000{number:02}" for number in range(1, 46)] * 4
    addresses.by_postal_code.cache_clear()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(addresses.by_postal_code, codes))

    assert together == [addresses.by_postal_code(code) for code in codes]
    assert sum(bool(places) for places in together) > 80


def test_prefectures_stand_in_the_order_of_their_codes():
    found = addresses.prefectures()

    assert len(found) == 47
    assert (found[2].code, found[2].code6, found[2].name, found[2].kana) == (
        "03",
        "030007",
        "岩手県",
        "イワテケン",
    )


def test_municipalities_are_found_by_name_or_code_of_the_prefecture():
    found = addresses.municipalities("岩手県")

    assert len(found) == 33
    assert found == addresses.municipalities("03")
    assert (found[0].code, found[0].name, found[0].kana) == ("032018", "盛岡市", "モリオカシ")
    assert addresses.municipality("032018") == found[0]
    assert addresses.municipality("032019") is None


def test_the_towns_of_morioka_know_their_kana_postal_codes_and_parts():
    towns = addresses.towns_of_city("032018")
    aoyama = addresses.find_town("青山")

    assert len(towns) == 161
    assert [town.kana for town in towns] == sorted(town.kana for town in towns)
    assert aoyama is not None
    assert (aoyama.kana, aoyama.postal_codes, aoyama.chome) == ("アオヤマ", ("0200133",), (1, 2, 3, 4))
    assert aoyama.point == (39.726452, 141.11474)


def test_a_town_with_several_postal_codes_says_which_part_each_serves():
    ueda = addresses.find_town("上田")

    assert ueda is not None
    assert dict(zip(ueda.postal_codes, ueda.postal_notes, strict=True)) == {
        "0200066": "1〜4丁目、北山",
        "0200102": "その他",
        "0200204": "糠森、小野松",
    }


def test_a_town_is_found_whatever_variants_it_is_written_with():
    found = addresses.find_town("大ヶ生")

    assert found is not None
    assert found.name == "大ケ生"
    assert addresses.find_town("霞が関") is None


def test_a_new_town_without_points_has_no_middle():
    nakagawa = addresses.find_town("中川町")

    assert nakagawa is not None
    assert (nakagawa.point, nakagawa.chome, nakagawa.koaza) == (None, (), ())


def test_towns_of_any_other_city_come_from_the_postal_codes():
    kuzumaki = addresses.towns_of_city("033022")
    sapporo = addresses.towns_of_city("011002")

    assert [town.name for town in kuzumaki] == ["江刈", "葛巻", "田部"]
    assert len(sapporo) > 700


def test_an_unknown_city_is_refused():
    with pytest.raises(AddressError) as refused:
        addresses.towns_of_city("999999")
    assert refused.value.code == "unknown_city"


@pytest.mark.parametrize(
    ("text", "town", "chome", "koaza", "rest"),
    [
        ("岩手県盛岡市内丸12-2", "内丸", None, "", "12-2"),
        ("内丸12番2号", "内丸", None, "", "12番2号"),
        ("〒020-0133 岩手県盛岡市青山三丁目１２－３", "青山", 3, "", "12-3"),
        ("盛岡市青山3丁目12-3 コーポ101", "青山", 3, "", "12-3コーポ101"),
        ("岩手県盛岡市みたけ3-12-1", "みたけ", 3, "", "12-1"),
        ("みたけ９-1-1", "みたけ", None, "", "9-1-1"),
        ("津志田町1-1-1", "津志田町", 1, "", "1-1"),
        ("津志田14地割37-2", "津志田", None, "十四地割", "37-2"),
        ("大字上米内字米内沢50", "上米内", None, "米内沢", "50"),
        ("下太田榊14-22", "下太田", None, "榊", "14-22"),
        ("大ヶ生第3地割12-1", "大ケ生", None, "三地割", "12-1"),
        ("上田字毛無森2-7", "上田", None, "", "字毛無森2-7"),
        ("上田四丁目3-5", "上田", 4, "", "3-5"),
    ],
)
def test_an_address_is_cut_after_its_town(text, town, chome, koaza, rest):
    found = addresses.split_town(text)

    assert found is not None
    assert (found.town.name, found.chome, found.koaza, found.rest) == (town, chome, koaza, rest)


@pytest.mark.parametrize("text", ["岩手県滝沢市穴口328", "東京都千代田区霞が関1-1-1", ""])
def test_an_address_elsewhere_has_no_town_here(text):
    assert addresses.split_town(text) is None


def test_every_town_of_the_city_is_found_again_in_its_own_address():
    for town in addresses.towns_of_city("032018"):
        found = addresses.split_town(f"岩手県盛岡市{town.name}5番地")
        assert found is not None
        assert found.town == town
