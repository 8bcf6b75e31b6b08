"""Blocks: parts of definitions that are written once, and what a definition looks like with them in place.

A definition that is published keeps the blocks it uses within its source, so that a version never changes with a block.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from madoguchi.common import yaml_source
from madoguchi.common.yaml_source import NotReadable, Path, Source
from madoguchi.procedures.checks.sheet import either, suggestion

BLOCKS = FilePath(__file__).parent / "blocks"
USE_KEYS = ("use", "without", "change", "prefix")
# Where the items of each part stand in a definition, and how the keys of their texts begin.
PLACES: Mapping[str, Path] = {
    "law": ("law",),
    "representatives": ("who", "representatives"),
    "eligibility": ("eligibility",),
    "sections": ("sections",),
    "documents": ("documents",),
    "stages": ("workflow", "stages"),
    "correction_reasons": ("workflow", "correction_reasons"),
    "appeals": ("outputs", "appeals"),
}
PARTS = (*PLACES, "questions")
_NAMES = ("question", "age_of", "school_year_age_of", "any_member", "all_members", "count", "on")
_PREFIX = re.compile(r"[a-z][a-z0-9_]*_\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Block:
    """One block as it is written: its items belong into lists of the `part`; raises nothing, `source` may be broken."""

    id: str
    part: str
    source: Source
    text: str
    file: str = ""

    @property
    def title(self) -> str:
        """What staff call it."""
        return str(self.source.data.get("title", self.id))

    @property
    def note(self) -> str:
        """Whence its contents come, in the words of the section."""
        return str(self.source.data.get("note", ""))

    @property
    def items(self) -> list[Any]:
        """Its items as plain data."""
        items = self.source.data.get("items")
        return items if isinstance(items, list) else []


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the use of a block, and on which line."""

    line: int
    code: str
    message: str
    mend: str


@dataclass(slots=True)
class Whole:
    """A definition with its blocks in place; `used` names them in the order of their use."""

    source: Source
    used: dict[str, Block] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@functools.cache
def shared() -> Mapping[str, Block]:
    """The blocks of the city's definitions by id; a file that cannot be read is left out (the checker says why)."""
    found = {}
    for path in sorted(BLOCKS.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        try:
            source = yaml_source.read(text)
        except NotReadable:
            continue
        block = block_of(source, text, str(path))
        found[block.id] = block
    return found


def block_of(source: Source, text: str, file: str) -> Block:
    """A block as it was read."""
    return Block(str(source.data.get("block", "")), str(source.data.get("part", "")), source, text, file)


def uses_within(block: Block) -> list[int]:
    """Which of its items use another block, though a block may not."""
    return [number for number, item in enumerate(block.items) if _is_use(item)]


def in_place(source: Source, known: Mapping[str, Block] | None = None) -> Whole:
    """The definition with every block it uses in place; blocks that the source brings along come first."""
    if not _uses(source.data) and "blocks" not in source.data:
        return Whole(source)
    return _Placing(source, {**(shared() if known is None else known), **_brought(source)}).done()


def attached(text: str) -> str:
    """The source with the shared blocks it uses written behind it, so that it stands for itself."""
    source = yaml_source.read(text)
    used = in_place(source).used
    missing = [block for name, block in used.items() if name not in source.data.get("blocks", {})]
    if not missing:
        return text
    lines = [] if "blocks" in source.data else ["blocks:"]
    for block in missing:
        lines.append(f"  {block.id}:")
        lines += [f"    {line}" if line.strip() else "" for line in block.text.rstrip("\n").split("\n")]
    return text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def _brought(source: Source) -> dict[str, Block]:
    """The blocks that are written within the source."""
    brought = source.data.get("blocks")
    found = {}
    for name, data in brought.items() if isinstance(brought, dict) else ():
        if isinstance(data, dict):
            prefix: Path = ("blocks", name)
            lines = {path[2:]: line for path, line in source.lines.items() if path[:2] == prefix}
            found[name] = Block(name, str(data.get("part", "")), Source(data, lines), "")
    return found


def _uses(data: dict[str, Any]) -> bool:
    return any(_is_use(item) for _path, items in _lists(data) for item in items)


def _is_use(item: Any) -> bool:
    return isinstance(item, dict) and "use" in item


def _lists(data: dict[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    """Every list of the definition that may hold blocks, with its place."""
    for path in PLACES.values():
        items: Any = data
        for step in path:
            items = items.get(step) if isinstance(items, dict) else None
        if isinstance(items, list):
            yield path, items
            if path == ("sections",):
                yield from _question_lists(path, items)


def _question_lists(path: Path, items: list[Any]) -> Iterator[tuple[Path, list[Any]]]:
    for number, item in enumerate(items):
        inner = item.get("questions") if isinstance(item, dict) else None
        if isinstance(inner, list):
            yield (*path, number, "questions"), inner
            yield from _question_lists((*path, number, "questions"), inner)


class _Placing:
    """Copies a source item by item, blocks where they are used, and keeps whence every part came."""

    def __init__(self, source: Source, known: Mapping[str, Block]) -> None:
        self.source = source
        self.known = known
        self.whole = Whole(Source({}, {}))
        self.texts: dict[str, dict[str, tuple[str, int, str]]] = {}
        self.to_complete: list[tuple[Any, int, str]] = []

    def done(self) -> Whole:
        """The definition with everything in place."""
        target = self.whole.source
        data = self._copy(self.source, self.source.data, (), ())
        brought = data.get("blocks")
        if isinstance(brought, dict) and all(isinstance(block, dict) for block in brought.values()):
            del data["blocks"]
        own_texts, own_lines = data.setdefault("texts", {}), data.setdefault("to_complete", [])
        for language, table in self.texts.items() if isinstance(own_texts, dict) else ():
            own = own_texts.setdefault(language, {})
            for key, (text, line, file) in table.items() if isinstance(own, dict) else ():
                if key not in own:
                    own[key] = text
                    target.lines["texts", language, key] = line
                    target.files["texts", language, key] = file
        for item, line, file in self.to_complete if isinstance(own_lines, list) else ():
            target.lines["to_complete", len(own_lines)] = line
            target.files["to_complete", len(own_lines)] = file
            own_lines.append(item)
        target.data.update(data)
        return self.whole

    def _copy(self, source: Source, value: Any, old: Path, new: Path) -> Any:
        """The value with its lines at the new place; lists that hold blocks become longer."""
        if old in source.lines:
            self.whole.source.lines[new] = source.lines[old]
        if isinstance(value, dict):
            for key in value:  # the line of a key whose value is a scalar
                if (*old, key) in source.lines:
                    self.whole.source.lines[*new, key] = source.lines[*old, key]
            return {key: self._copy(source, inner, (*old, key), (*new, key)) for key, inner in value.items()}
        if not isinstance(value, list):
            return value
        items: list[Any] = []
        part = _part_at(new)
        for number, item in enumerate(value):
            place = (*new, len(items))
            if part and _is_use(item) and source is self.source:
                items += self._used(item, (*old, number), new, len(items), part)
            else:
                items.append(self._copy(source, item, (*old, number), place))
        return items

    def _used(self, use: dict[str, Any], at: Path, new: Path, first: int, part: str) -> list[Any]:
        """The items of the block that is used here."""
        block = self.known.get(str(use["use"]))
        if block is None or block.part != part or not block.items or uses_within(block):
            self._refuse(use, self.source.line_of(at), block, part)
            return []
        self.whole.used[block.id] = block
        wanted = _Use(use, _ids_in(block.items))
        self._check(wanted, self.source.line_of(at))
        found: list[Any] = []
        for number, item in enumerate(block.items):
            if isinstance(item, dict) and item.get("id") in wanted.without:
                continue
            place = (*new, first + len(found))
            copied = self._copy(block.source, item, ("items", number), place)
            self.whole.source.files[place] = block.file
            changed = self._changed(copied, wanted, place, at)
            found.append(_renamed(changed, wanted) if wanted.prefix else changed)
        self._take_texts(block, wanted)
        self._take_to_complete(block, wanted)
        return found

    def _refuse(self, use: dict[str, Any], line: int, block: Block | None, part: str) -> None:
        if block is None:
            fitting = [name for name, one in self.known.items() if one.part == part]
            mend = suggestion(use["use"], fitting) or either(fitting)
            self._fault(line, "unknown_block", f"ブロック「{use['use']}」はありません。", mend)
        elif block.part != part:
            message = f"ブロック「{block.id}」は、ここでは使えません。"
            self._fault(line, "block_of_other_part", message, f"「{block.part}」の並びで使ってください。")
        elif block.items:
            message = f"ブロック「{block.id}」の中で、ほかのブロックが使われています。"
            self._fault(line, "block_in_block", message, "ブロックの中に、項目を直接書いてください。")
        else:
            message = f"ブロック「{block.id}」に項目がありません。"
            self._fault(line, "empty_block", message, "ブロックのファイルに items を書いてください。")

    def _check(self, use: _Use, line: int) -> None:
        called = use.data["use"]
        for word in sorted(({*use.without, *use.change}) - use.names):
            message = f"ブロック「{called}」に「{word}」はありません。"
            self._fault(line, "unknown_item", message, f"あるのは{'、'.join(sorted(use.names))}です。")
        for key in use.data:
            if key not in USE_KEYS:
                mend = f"書けるのは{'、'.join(USE_KEYS)}です。"
                self._fault(line, "unknown_key", f"「use」の行に「{key}」は書けません。", mend)
        for word, changes in use.change.items():
            if not isinstance(changes, dict) or {"id", "kind"} & changes.keys():
                message = f"「{word}」の変え方が違います。id と kind は変えられません。"
                self._fault(line, "bad_change", message, "変えたい項目を「名前: 新しい値」で並べてください。")
        if use.prefix and not _PREFIX.match(use.prefix):
            message = f"「prefix」に「{use.prefix}」は書けません。"
            self._fault(line, "bad_form", message, "「old_」のように、英小文字で始めて下線で終えてください。")

    def _fault(self, line: int, code: str, message: str, mend: str) -> None:
        self.whole.faults.append(Fault(line, code, message, mend))

    def _changed(self, item: Any, use: _Use, place: Path, at: Path) -> Any:
        """The item as the use wants it: parts left out, keys replaced, ids with their prefix."""
        if not isinstance(item, dict):
            return item
        inner = item.get("questions")
        if isinstance(inner, list):
            kept = [one for one in inner if not (isinstance(one, dict) and one.get("id") in use.without)]
            if len(kept) < len(inner):
                self._close_up(place, [n for n, one in enumerate(inner) if one in kept])
            item["questions"] = [
                self._changed(one, use, (*place, "questions", n), at) for n, one in enumerate(kept)
            ]
        changes = use.change.get(str(item.get("id")))
        for key, value in changes.items() if isinstance(changes, dict) else ():
            if value is None:
                item.pop(key, None)
            elif key not in ("id", "kind"):
                item[key] = value
                self._own(value, (*place, key), (*at, "change", str(item["id"]), key))
        return item

    def _own(self, value: Any, place: Path, at: Path) -> None:
        """What the definition itself has written in place of the block's."""
        lines = self.whole.source.lines
        for path in [path for path in lines if path[: len(place)] == place]:
            del lines[path]
        self._copy(self.source, value, at, place)
        lines[place] = self.source.line_of(at)
        self.whole.source.files[place] = ""

    def _close_up(self, place: Path, kept: list[int]) -> None:
        """Let the lines of inner questions follow those that are left."""
        lines, depth = self.whole.source.lines, len(place) + 1
        inner = {path: line for path, line in lines.items() if path[:depth] == (*place, "questions")}
        for path in inner:
            if len(path) > depth:
                del lines[path]
        for path, line in inner.items():
            if len(path) > depth and path[depth] in kept:
                lines[*path[:depth], kept.index(int(path[depth])), *path[depth + 1 :]] = line

    def _take_texts(self, block: Block, use: _Use) -> None:
        tables = block.source.data.get("texts")
        for language, table in tables.items() if isinstance(tables, dict) else ():
            for key, text in table.items() if isinstance(table, dict) else ():
                name = _name_in(key, use.names)
                if not name or name in use.left_out or use.replaces(key, name):
                    continue
                line = block.source.line_of(("texts", language, key))
                taken = key.replace(f".{name}", f".{use.prefix}{name}", 1)
                self.texts.setdefault(language, {}).setdefault(taken, (text, line, block.file))

    def _take_to_complete(self, block: Block, use: _Use) -> None:
        for number, one in enumerate(block.source.data.get("to_complete") or ()):
            about = one.get("about") if isinstance(one, dict) else None
            if about in use.left_out:
                continue
            renamed = {**one, "about": f"{use.prefix}{about}"} if about in use.names else one
            line = block.source.line_of(("to_complete", number))
            self.to_complete.append((renamed, line, block.file))


class _Use:
    """What a `use` asks for."""

    def __init__(self, data: dict[str, Any], names: dict[str, str | None]) -> None:
        self.data = data
        self.names = set(names)
        without, change = data.get("without") or [], data.get("change") or {}
        self.without = {str(one) for one in without} if isinstance(without, list) else set()
        self.change: dict[str, Any] = change if isinstance(change, dict) else {}
        self.prefix = str(data.get("prefix") or "")
        self.left_out = {name for name in names if self._is_left_out(name, names)}

    def _is_left_out(self, name: str, names: dict[str, str | None]) -> bool:
        step: str | None = name
        while step is not None:
            if step in self.without:
                return True
            step = names.get(step)
        return False

    def replaces(self, key: str, name: str) -> bool:
        """Whether the definition writes the Japanese of this text itself, so that the block's words do not fit it."""
        changes = self.change.get(name)
        if not isinstance(changes, dict):
            return False
        return key.rsplit(".", 1)[-1] in changes or (key.startswith("option.") and "options" in changes)


def _part_at(path: Path) -> str:
    """Which part the list at this place holds, or "" where no block may be used."""
    for part, place in PLACES.items():
        if path == place:
            return part
    return "questions" if path[:1] == ("sections",) and path[-1:] == ("questions",) else ""


def _ids_in(items: list[Any], within: str | None = None) -> dict[str, str | None]:
    """Every id of the items and their questions, each with the id it stands in."""
    found: dict[str, str | None] = {}
    for item in items:
        if isinstance(item, dict):
            name = str(item.get("id", ""))
            if name:
                found.setdefault(name, within if within != name else None)
            inner = item.get("questions")
            if isinstance(inner, list):
                found = {**_ids_in(inner, name or within), **found}
    return found


def _name_in(key: str, names: set[str]) -> str:
    """The id of the item to which a text belongs."""
    return next((step for step in key.split(".")[1:3] if step in names), "")


def _renamed(value: Any, use: _Use, *, is_option: bool = False) -> Any:
    """The value with the prefix before the block's own ids, wherever they are named."""
    if isinstance(value, list):
        return [_renamed(one, use, is_option=is_option) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, inner in value.items():
        if (key in _NAMES or (key == "id" and not is_option)) and inner in use.names:
            found[key] = f"{use.prefix}{inner}"
        elif key == "expression" and isinstance(inner, str):
            words = "|".join(map(re.escape, sorted(use.names, key=len, reverse=True)))
            found[key] = re.sub(rf"(?<![\w.'\"])({words})(?![\w'\"])", rf"{use.prefix}\1", inner)
        else:
            found[key] = _renamed(inner, use, is_option=key == "options")
    return found
