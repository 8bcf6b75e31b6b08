"""Departments as a city of the size of Morioka has them. The telephone numbers are invented and ring nowhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """A department of the demo; `staffed` ones also have officers and approvers besides their head."""

    code: str
    name: str
    kana: str
    place: str
    staffed: bool = False


HOURS = "平日 8時30分〜17時15分（祝日・年末年始を除く）"

DEPARTMENTS = (
    Room("residents", "市民登録課", "シミントウロクカ", "本館1階 1番窓口", staffed=True),
    Room("child-welfare", "子ども青少年課", "コドモセイショウネンカ", "本館2階 24番窓口"),
    Room("childcare", "子育てあんしん課", "コソダテアンシンカ", "本館2階 25番窓口", staffed=True),
    Room("maternal-health", "母子健康課", "ボシケンコウカ", "保健所2階", staffed=True),
    Room("health-insurance", "健康保険課", "ケンコウホケンカ", "本館1階 6番窓口", staffed=True),
    Room("medical-pension", "医療助成年金課", "イリョウジョセイネンキンカ", "本館1階 8番窓口", staffed=True),
    Room("care-insurance", "介護保険課", "カイゴホケンカ", "本館5階 51番窓口", staffed=True),
    Room("elderly", "長寿社会課", "チョウジュシャカイカ", "本館5階 52番窓口"),
    Room("disability", "障がい福祉課", "ショウガイフクシカ", "本館5階 53番窓口", staffed=True),
    Room("community-welfare", "地域福祉課", "チイキフクシカ", "本館5階 55番窓口"),
    Room("livelihood", "生活福祉課", "セイカツフクシカ", "本館5階 56番窓口"),
    Room("resident-tax", "市民税課", "シミンゼイカ", "別館2階 1番窓口", staffed=True),
    Room("property-tax", "資産税課", "シサンゼイカ", "別館2階 3番窓口"),
    Room("tax-collection", "納税課", "ノウゼイカ", "別館2階 5番窓口"),
    Room("environment", "環境企画課", "カンキョウキカクカ", "別館5階"),
    Room("recycling", "資源循環推進課", "シゲンジュンカンスイシンカ", "別館5階"),
    Room("waste", "廃棄物対策課", "ハイキブツタイサクカ", "別館5階", staffed=True),
    Room("living-hygiene", "保健所 生活衛生課", "ホケンジョセイカツエイセイカ", "保健所1階", staffed=True),
    Room("roads", "道路管理課", "ドウロカンリカ", "都南分庁舎3階"),
    Room("parks", "公園みどり課", "コウエンミドリカ", "都南分庁舎2階"),
    Room("building", "建築指導課", "ケンチクシドウカ", "都南分庁舎2階"),
    Room("water", "上下水道局 給排水課", "ジョウゲスイドウキョクキュウハイスイカ", "上下水道局1階"),
    Room("disaster", "危機管理防災課", "キキカンリボウサイカ", "本館4階", staffed=True),
    Room("school-affairs", "学務教職員課", "ガクムキョウショクインカ", "都南分庁舎1階"),
    Room("lifelong-learning", "生涯学習課", "ショウガイガクシュウカ", "都南分庁舎1階", staffed=True),
    Room("public-relations", "広聴広報課", "コウチョウコウホウカ", "本館3階"),
    Room("digital", "情報企画課（デジタル推進事務局）", "ジョウホウキカクカ", "本館7階"),
    Room("general-affairs", "総務課", "ソウムカ", "本館3階"),
    Room("secretary", "秘書課", "ヒショカ", "本館3階"),
)


def phone(number: int) -> str:
    """An invented number: 019-000 is given to nobody."""
    return f"019-000-{1000 + number * 10:04d}"
