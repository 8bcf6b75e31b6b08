"""Names for synthetic people, as they are common in Iwate; with the characters and shapes that trouble systems."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_SURNAMES = """
佐藤サトウ 佐々木ササキ 高橋タカハシ 千葉チバ 菊池キクチ 伊藤イトウ 阿部アベ 菅原スガワラ 藤原フジワラ 工藤クドウ
熊谷クマガイ 及川オイカワ 小野寺オノデラ 千田チダ 吉田ヨシダ 田村タムラ 鈴木スズキ 村上ムラカミ 中村ナカムラ 川村カワムラ
小原オバラ 畠山ハタケヤマ 斎藤サイトウ 照井テルイ 八重樫ヤエガシ 昆コン 岩渕イワブチ 三浦ミウラ 松本マツモト 小笠原オガサワラ
遠藤エンドウ 藤村フジムラ 山本ヤマモト 田中タナカ 渡辺ワタナベ 葛西カサイ 沢口サワグチ 細川ホソカワ 岩崎イワサキ 大森オオモリ
柴田シバタ 谷藤ヤフジ 下河原シモガワラ 伊東イトウ 米田ヨネタ 外舘トダテ 角掛ツノカケ 主濱シュハマ 立花タチバナ 長谷川ハセガワ
"""
_RARE_SURNAMES = """
髙橋タカハシ 山﨑ヤマザキ 𠮷田ヨシダ 﨑山サキヤマ 髙𣘺タカハシ 德永トクナガ 渡邊ワタナベ 齋藤サイトウ 濵田ハマダ 辻󠄀ツジ
五十嵐イガラシ 勅使河原テシガワラ 王オウ 金キム 李リ
"""
_GIVEN_NAMES = {
    (
        "male",
        45,
    ): "茂シゲル 勇イサム 正マサシ 清キヨシ 弘ヒロシ 隆タカシ 実ミノル 和夫カズオ 幸男ユキオ 秀雄ヒデオ 誠マコト 浩ヒロシ",
    ("female", 45): (
        "幸子サチコ 和子カズコ 節子セツコ 恵子ケイコ 洋子ヨウコ 京子キョウコ 久美子クミコ 由美子ユミコ 真由美マユミ 明美アケミ"
        " 裕子ユウコ 直子ナオコ"
    ),
    (
        "male",
        20,
    ): "健太ケンタ 翔太ショウタ 大輔ダイスケ 拓也タクヤ 直樹ナオキ 亮リョウ 裕太ユウタ 和也カズヤ 健一ケンイチ 慎也シンヤ",
    (
        "female",
        20,
    ): "美咲ミサキ 愛アイ 彩アヤ 麻衣マイ 千尋チヒロ 舞マイ 沙織サオリ 恵メグミ 友美トモミ 香織カオリ",
    (
        "male",
        0,
    ): "悠真ユウマ 陽翔ハルト 蓮レン 湊ミナト 樹イツキ 大和ヤマト 蒼アオイ 律リツ 朝陽アサヒ 碧アオ",
    (
        "female",
        0,
    ): "葵アオイ 陽菜ヒナ 結衣ユイ 凛リン 紬ツムギ 芽依メイ 咲良サクラ 澪ミオ 楓カエデ 心春コハル",
}
_FOREIGN = (
    ("NGUYEN", "THI HA", "グエン", "ティ ハー"),
    ("TRAN", "VAN MINH", "チャン", "ヴァン ミン"),
    ("GARCIA", "MARIA SANTOS", "ガルシア", "マリア サントス"),
    ("SMITH", "JOHN ALEXANDER", "スミス", "ジョン アレクサンダー"),
    ("SHRESTHA", "ANISH", "シュレスタ", "アニシュ"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name with its reading."""

    family: str
    given: str
    family_kana: str
    given_kana: str


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Each word cut where its reading begins."""
    found = []
    for word in text.split():
        cut = next(i for i, c in enumerate(word) if "ァ" <= c <= "ー")
        found.append((word[:cut], word[cut:]))
    return tuple(found)


SURNAMES = _pairs(_SURNAMES)
RARE_SURNAMES = _pairs(_RARE_SURNAMES)
_GIVEN = {key: _pairs(text) for key, text in _GIVEN_NAMES.items()}


def surname(rng: Random) -> tuple[str, str]:
    """A family name; one in twenty has characters that old systems cannot write."""
    return rng.choice(RARE_SURNAMES if rng.random() < 0.05 else SURNAMES)


def given_name(rng: Random, *, sex: str, age: int) -> tuple[str, str]:
    """A given name of the person's generation."""
    return rng.choice(_GIVEN[sex, 45 if age >= 45 else 20 if age >= 20 else 0])


def foreign_name(rng: Random) -> Name:
    """A name of a person from abroad, as the residence card writes it."""
    return Name(*rng.choice(_FOREIGN))
