"""Makes the files of `data/` from their public origins, so that a yearly refresh is one command.

python -m madoguchi.japan.refresh_data FOLDER_WITH_THE_ORIGINS
"""

import csv
import re
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from madoguchi.japan.kana import widen_kana
from madoguchi.japan.packaged import DATA

_HOLIDAY = re.compile(r"(\d{4}-\d\d-\d\d): (\S.*)")
_CHOME = re.compile(r"(.+?)([一二三四五六七八九十]+丁目)")


def holidays(yaml_text: str) -> str:
    """holiday_jp's `holidays.yml` as day and name."""
    rows = [found.groups() for line in yaml_text.splitlines() if (found := _HOLIDAY.fullmatch(line.strip()))]
    return _table(("day", "name"), sorted(rows))


def municipalities(shift_jis: bytes) -> str:
    """The list of 全国地方公共団体コード as UTF-8 with full-width kana."""
    rows = [row for row in csv.reader(StringIO(shift_jis.decode("cp932"))) if row[0].isdigit()]
    widened = [
        (code, prefecture, name, widen_kana(prefecture_kana), widen_kana(kana))
        for code, prefecture, name, prefecture_kana, kana in rows
    ]
    return _table(("code", "prefecture", "name", "prefecture_kana", "kana"), sorted(widened))


def towns(postal_csv: str) -> str:
    """Towns of a city with kana, postal codes and the notes of the codes, in kana order."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in csv.DictReader(StringIO(postal_csv)):
        if row["neighborhood"]:
            key = (row["neighborhood_kana"], row["neighborhood"])
            found.setdefault(key, []).append((row["postal_code"], row["note"]))
    rows = [
        (name, kana, " ".join(code for code, _ in codes), "|".join(note for _, note in codes))
        for (kana, name), codes in sorted(found.items())
    ]
    return _table(("name", "kana", "postal_codes", "notes"), rows)


def town_parts(towns_csv: str, town_names: Iterable[str]) -> str:
    """丁目 and 小字 of each town with their points: a joined name is cut at the longest known town."""
    names = sorted(town_names, key=len, reverse=True)
    rows = []
    for row in csv.DictReader(StringIO(towns_csv)):
        joined = row["town"]
        chome = _CHOME.fullmatch(joined)
        town = chome[1] if chome else next((name for name in names if joined.startswith(name)), joined)
        rows.append((town, joined[len(town) :] + row["koaza"], row["lat"], row["lng"]))
    return _table(("town", "part", "latitude", "longitude"), rows)


def characters(moji_csv: str) -> str:
    """Every MJ character (with its variation selector) and the characters it may be shrunk to."""
    rows = {
        row["kanji"]: "".join(dict.fromkeys(c for c in row["shrink"] if c != row["kanji"]))
        for row in csv.DictReader(StringIO(moji_csv))
    }
    return "\n" + "".join(f"{kanji}\t{shrunk}\n" for kanji, shrunk in sorted(rows.items()))


def kanji_variants(moji_csv: str) -> str:
    """Two lines of equal length: characters outside JIS level 1, and the commoner character each folds to."""
    candidates: dict[str, list[str]] = {}
    for row in csv.DictReader(StringIO(moji_csv)):
        candidates.setdefault(row["kanji"][0], []).extend(row["shrink"])
    folded = {}
    for source, found in candidates.items():
        others = [character for character in found if character != source]
        best = min(others, key=_rarity, default=source)
        if _rarity(source) > 1 and _rarity(best) < _rarity(source):
            folded[source] = best
    ends = {source: folded.get(target, target) for source, target in sorted(folded.items())}
    return "".join(ends) + "\n" + "".join(ends.values()) + "\n"


def _rarity(character: str) -> int:
    """1 and 2 for the levels of JIS X 0208, 3 for everything else."""
    try:
        encoded = character.encode("euc_jp")
    except UnicodeEncodeError:
        return 3
    if len(encoded) != 2 or encoded[0] < 0xB0:
        return 3
    return 1 if encoded[0] <= 0xCF else 2


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join("\t".join(row) + "\n" for row in [header, *rows])


def main(origins: Path, target: Path = DATA) -> None:
    """Writes every data file from a folder of origins."""
    moji = (origins / "characters/moji.csv").read_text(encoding="utf-8-sig")
    postal = (origins / "morioka/postal_codes_03201.csv").read_text(encoding="utf-8")
    points = (origins / "morioka/towns_morioka.csv").read_text(encoding="utf-8")
    town_table = towns(postal)
    names = [line.split("\t")[0] for line in town_table.splitlines()[1:]]
    codes = (origins / "codes/zenkoku_chiho_kokyo_dantai_code.csv").read_bytes()
    files = {
        "holidays.tsv": holidays((origins / "calendar/holidays_jp.yml").read_text(encoding="utf-8")),
        "municipalities.tsv": municipalities(codes),
        "towns_032018.tsv": town_table,
        "town_parts_032018.tsv": town_parts(points, names),
        "mj_characters.tsv": characters(moji),
        "kanji_variants.txt": kanji_variants(moji),
    }
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
