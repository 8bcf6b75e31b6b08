from madoguchi.japan import refresh_data
from madoguchi.japan.packaged import packaged_rows

POSTAL = """neighborhood,neighborhood_kana,postal_code,note
,,0200000,以下に掲載がない場合
上田,ウエダ,0200066,1〜4丁目
上田,ウエダ,0200102,その他
上太田,カミオオタ,0200053,
"""
POINTS = """town,koaza,lat,lng
上田一丁目,,39.71,141.14
上太田三枚橋,,39.69,141.06
上太田上ノ畑,甲,39.68,141.09
"""
MOJI = """mj,kanji,lines,yomi,shrink,jis
1,\U00020bb7,6,キチ,吉,1-21-40
2,吉,6,キチ,吉,
3,邉\U000e010f,17,ヘン,邉辺邊,
4,龍,16,リュウ,龍竜,
5,〻,2,,々,
"""


def test_holidays_with_a_blank_in_their_name_are_kept():
    text = refresh_data.holidays("---\n2026-05-06: こどもの日 振替休日\n2026-05-05: こどもの日\n")

    assert text == "day\tname\n2026-05-05\tこどもの日\n2026-05-06\tこどもの日 振替休日\n"


def test_empty_rows_of_the_code_list_are_dropped_and_kana_widened():
    text = refresh_data.municipalities(
        "団体コード,a,b,c,d\n032018,岩手県,盛岡市,ｲﾜﾃｹﾝ,ﾓﾘｵｶｼ\n,,,,\n".encode("cp932")
    )

    assert text.splitlines()[1:] == ["032018\t岩手県\t盛岡市\tイワテケン\tモリオカシ"]


def test_a_town_gathers_all_its_postal_codes():
    assert refresh_data.towns(POSTAL).splitlines()[1:] == [
        "上田\tウエダ\t0200066 0200102\t1〜4丁目|その他",
        "上太田\tカミオオタ\t0200053\t",
    ]


def test_joined_names_are_cut_after_the_town():
    parts = refresh_data.town_parts(POINTS, ["上田", "上太田"]).splitlines()[1:]

    assert [line.split("\t")[:2] for line in parts] == [
        ["上田", "一丁目"],
        ["上太田", "三枚橋"],
        ["上太田", "上ノ畑甲"],
    ]


def test_characters_keep_their_selector_and_only_other_candidates():
    assert refresh_data.characters(MOJI) == "\n〻\t々\n吉\t\n邉\U000e010f\t邉辺邊\n龍\t竜\n\U00020bb7\t吉\n"


def test_only_rarer_characters_fold_to_commoner_ones():
    assert refresh_data.kanji_variants(MOJI) == "邉\U00020bb7\n辺吉\n"


def test_all_files_are_written_from_a_folder_of_origins(tmp_path):
    for name, content in {
        "characters/moji.csv": MOJI.encode("utf-8-sig"),
        "morioka/postal_codes_03201.csv": POSTAL.encode(),
        "morioka/towns_morioka.csv": POINTS.encode(),
        "codes/zenkoku_chiho_kokyo_dantai_code.csv": "団体コード,a,b,c,d\n".encode("cp932"),
        "calendar/holidays_jp.yml": b"---\n2026-05-05: x\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    target = tmp_path / "data"
    target.mkdir()

    refresh_data.main(tmp_path, target)

    assert sorted(path.name for path in target.iterdir()) == [
        "holidays.tsv",
        "kanji_variants.txt",
        "mj_characters.tsv",
        "municipalities.tsv",
        "town_parts_032018.tsv",
        "towns_032018.tsv",
    ]


def test_every_part_of_the_packaged_city_belongs_to_a_packaged_town():
    towns = {row[0] for row in packaged_rows("towns_032018.tsv")}

    assert len(packaged_rows("town_parts_032018.tsv")) == 1002
    assert {row[0] for row in packaged_rows("town_parts_032018.tsv")} <= towns
