"""YAML read safely and strictly: no aliases, no own tags, no doubled keys, and a line number for everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40
Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z", re.ASCII)
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml is ten times as fast
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class NotReadable(ValueError):
    """The text is not YAML as this language allows it; `line` counts from 1, `problem` is the parser's own word."""

    def __init__(self, line: int, code: str, message: str, problem: str = "") -> None:
        self.line = line
        self.code = code
        self.message = message
        self.problem = problem
        super().__init__(f"line {line}: {message}")


@dataclass(frozen=True, slots=True)
class Source:
    """Plain data, the line on which each key or item stands, and the file of what was brought in from elsewhere."""

    data: Any
    lines: dict[Path, int]
    files: dict[Path, str] = field(default_factory=dict)  # "": of this file again

    def line_of(self, path: Path) -> int:
        """The line of the key or item at `path`, or of the nearest parent that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def file_of(self, path: Path) -> str:
        """The file from which what stands at `path` was brought in, or "" when it was written here."""
        while path and path not in self.files:
            path = path[:-1]
        return self.files.get(path, "")


def read(text: str) -> Source:
    """Read one YAML document of mappings, lists and scalars; NotReadable says what is not allowed and where.

    Only true, false, null, whole numbers and decimals are special; yes, no, on, off and dates stay text.
    """
    if len(text) > MAX_CHARACTERS:
        raise NotReadable(1, "too_big", "ファイルが大きすぎます（100万文字まで）。")
    _refuse_aliases(text)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error) from None
    if not isinstance(node, yaml.MappingNode):
        raise NotReadable(1, "not_a_mapping", "最上位は「キー: 値」の並びにしてください。")
    lines: dict[Path, int] = {}
    return Source(_build(node, (), lines, 0), lines)


def _refuse_aliases(text: str) -> None:
    """Walk the events first, so that neither an alias bomb nor a deep nest is ever built."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise NotReadable(_line(event.start_mark), "alias", "「&」「*」による参照は使えません。")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise NotReadable(_line(event.start_mark), "too_deep", "入れ子が深すぎます。")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error) from None
    except yaml.YAMLError as error:
        raise NotReadable(1, "syntax", str(error)) from None


def _build(node: yaml.Node, path: Path, lines: dict[Path, int], depth: int) -> Any:
    lines.setdefault(path, _line(node.start_mark))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
        raise NotReadable(_line(node.start_mark), "tag", f"タグ「{node.tag}」は使えません。")
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, index), lines, depth + 1) for index, item in enumerate(node.value)]
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = _line(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode):
            raise NotReadable(line, "key_not_text", "キーは文字で書いてください。")
        key = key_node.value
        if key == "<<":
            raise NotReadable(line, "alias", "「<<」による取り込みは使えません。")
        if key in mapping:
            raise NotReadable(line, "duplicate_key", f"キー「{key}」が二度書かれています。")
        lines[(*path, key)] = line
        mapping[key] = _build(value_node, (*path, key), lines, depth + 1)
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.tag not in ("tag:yaml.org,2002:str", "!"):
        raise NotReadable(_line(node.start_mark), "tag", f"タグ「{node.tag}」は使えません。")
    text: str = node.value
    if node.style:  # quoted or block text is text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text) and len(text) <= 18:
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _line(mark: Any) -> int:
    return mark.line + 1 if mark is not None else 1


def _unreadable(error: yaml.MarkedYAMLError) -> NotReadable:
    problem = error.problem or error.context or ""
    line = _line(error.problem_mark or error.context_mark)
    return NotReadable(line, "syntax", f"YAMLとして読めません（{problem}）。", problem)
