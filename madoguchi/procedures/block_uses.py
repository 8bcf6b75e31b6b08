"""Which procedures use a block, and what a change of the block would do to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.common import yaml_source
from madoguchi.common.yaml_source import Source
from madoguchi.procedures import placing, queries
from madoguchi.procedures.models import ProcedureVersion
from madoguchi.procedures.placing import Block
from madoguchi.procedures.queries import Offer


@dataclass(frozen=True, slots=True)
class Difference:
    """One item of a procedure that the block of today would change: "added", "removed" or "changed" in some keys."""

    part: str
    item: str
    what: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """A live procedure that uses a block; no differences: what is published is the block as it stands."""

    offer: Offer
    differences: tuple[Difference, ...]


def all_uses() -> dict[str, list[Offer]]:
    """The live procedures by each block of the city, in the order of the blocks; those nobody uses too."""
    found: dict[str, list[Offer]] = {name: [] for name in placing.shared()}
    for offer in queries.offers():
        for name in offer.definition.blocks:
            found.setdefault(name, []).append(offer)
    return found


def touched_by(block: Block) -> list[Touched]:
    """Every live procedure that uses the block, and what becomes of it once it is published with the block of today."""
    offers = [offer for offer in queries.offers() if block.id in offer.definition.blocks]
    sources = ProcedureVersion.objects.in_bulk([offer.version_id for offer in offers])
    found = []
    for offer in offers:
        published = yaml_source.read(sources[offer.version_id].source)
        found.append(Touched(offer, tuple(_differences(published, block))))
    return found


def _differences(published: Source, block: Block) -> list[Difference]:
    before = placing.in_place(published).source.data
    own = {name: one for name, one in published.data["blocks"].items() if name != block.id}
    renewed = Source({**published.data, "blocks": own}, published.lines)
    after = placing.in_place(renewed, {block.id: block}).source.data
    found = []
    for part in placing.PARTS:
        old, new = _items(before, part), _items(after, part)
        found += [Difference(part, name, "removed") for name in old if name not in new]
        for name, item in new.items():
            if name not in old:
                found.append(Difference(part, name, "added"))
            elif item != old[name]:
                keys = sorted(key for key in {*item, *old[name]} if item.get(key) != old[name].get(key))
                found.append(Difference(part, name, "changed", tuple(keys)))
    return found + _reworded(before, after)


def _items(data: Mapping[str, Any], part: str) -> dict[str, dict[str, Any]]:
    """The items of a part by id, a law by its name and article; questions of sections and groups one by one."""
    if part == "questions":
        asked = [q for section in data["sections"] for q in section["questions"]]
        asked += [inner for question in asked for inner in question.get("questions", ())]
        return {str(q["id"]): {k: v for k, v in q.items() if k != "questions"} for q in asked}
    items: Any = data
    for step in placing.PLACES[part]:
        items = items.get(step) or {}
    return {
        str(one.get("id") or f"{one.get('name')} {one.get('article', '')}"): {
            key: value for key, value in one.items() if key != "questions"
        }
        for one in items
    }


def _reworded(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Translations that become others, one line for each language; those of new items come with their items."""
    found = []
    for language, table in after["texts"].items():
        old = before["texts"].get(language, {})
        keys = sorted(key for key in table.keys() & old.keys() if table[key] != old[key])
        if keys:
            found.append(Difference("texts", language, "changed", tuple(keys)))
    return found
