"""Cursors over a source that read typed values and note every fault with its line instead of stopping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from madoguchi.common.yaml_source import Path, Source
from madoguchi.procedures import condition_reading, conditions, expressions
from madoguchi.procedures.condition_reading import BadCondition
from madoguchi.procedures.conditions import Condition
from madoguchi.procedures.definition import EMPTY, NONE, Text
from madoguchi.procedures.expressions import BadExpression, Expression
from madoguchi.procedures.findings import Finding

_ID = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
_REPEATED_GROUP = re.compile(r"[*+{|][^()]*\)[*+{]")


@dataclass(slots=True)
class Workshop:
    """What the nodes of one source share: faults, texts with translations, ids in reach of conditions."""

    source: Source
    translations: Mapping[str, Mapping[str, Any]]
    findings: list[Finding] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    questions: set[str] = field(default_factory=set)  # top-level, no groups
    members: dict[str, set[str]] = field(default_factory=dict)  # group id -> its questions
    decimals: set[str] = field(default_factory=set)

    def fault(self, path: Path, code: str, message: str, mend: str, question_id: str = "") -> None:
        """Note a fault at the line of `path`."""
        self.findings.append(Finding(self.source.line_of(path), question_id, code, message, mend))

    def text(self, key: str, japanese: str) -> Text:
        """The text under `key` with its translations."""
        if not japanese:
            return EMPTY
        others = {
            lang: words
            for lang, table in self.translations.items()
            if isinstance(words := table.get(key), str) and words
        }
        text = Text(japanese, MappingProxyType(others) if others else NONE)
        if key:
            self.texts[key] = text
        return text

    def reach(self, group_id: str | None) -> set[str]:
        """Question ids a condition may name: of the filing, and of the member in turn."""
        return self.questions | self.members.get(group_id or "", set())


@dataclass(slots=True)
class Node:
    """A mapping of the source at `path`; `question_id` is named in its faults."""

    shop: Workshop
    data: dict[str, Any]
    path: Path
    question_id: str = ""
    group_id: str | None = None

    def has(self, key: str) -> bool:
        """Whether the key is written and not null."""
        return self.data.get(key) is not None

    def fault(self, key: str, code: str, message: str, mend: str) -> None:
        """Note a fault at this key (or at the node when the key is not there)."""
        self.shop.fault((*self.path, key), code, message, mend, self.question_id)

    def string(self, key: str, default: str = "", *, needed: bool = False) -> str:
        """A text without translation; numbers are taken as they are written."""
        value = self.data.get(key)
        if value is None:
            if needed:
                self.fault(key, "missing_key", f"「{key}」がありません。", f"「{key}: …」を書いてください。")
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.fault(
                key, "wrong_type", f"「{key}」は文字で書いてください。", '引用符「"」で囲むと文字になります。'
            )
            return default
        return str(value)

    def text(self, key: str, text_key: str, *, needed: bool = False) -> Text:
        """A text with its translations under `text_key`."""
        return self.shop.text(text_key, self.string(key, needed=needed))

    def identifier(self, key: str = "id") -> str:
        """A stable id: small letters, digits and underscores."""
        value = self.string(key, needed=True)
        if value and not _ID.match(value):
            self.fault(
                key,
                "bad_id",
                f"id「{value}」は使えません。",
                "英小文字で始め、英小文字・数字・_で書いてください。",
            )
        return value

    def boolean(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(
                key,
                "wrong_type",
                f"「{key}」はtrueかfalseです。",
                "引用符を付けずにtrueかfalseと書いてください。",
            )
            return default
        return value

    def integer(self, key: str) -> int | None:
        """A whole number, or None when the key is absent."""
        value: object = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(key, "wrong_type", f"「{key}」は整数で書いてください。", "数字だけを書いてください。")
            return None
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str = "") -> str:
        """One of the allowed words."""
        value = self.string(key, default, needed=not default)
        if value and value not in allowed:
            self.fault(
                key,
                "unknown_value",
                f"「{key}」に「{value}」は使えません。",
                f"{'、'.join(allowed)}のどれかです。",
            )
            return default or allowed[0]
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent is empty."""
        value = self.data.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(
            isinstance(i, str | int) and not isinstance(i, bool) for i in value
        ):
            self.fault(
                key, "wrong_type", f"「{key}」は文字の並びです。", "「[…, …]」のように書いてください。"
            )
            return ()
        return tuple(str(item) for item in value)

    def child(self, key: str) -> Node | None:
        """The mapping under this key."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(
                key, "wrong_type", f"「{key}」の書き方が違います。", "「キー: 値」の並びで書いてください。"
            )
            return None
        return Node(self.shop, value, (*self.path, key), self.question_id, self.group_id)

    def children(self, key: str) -> Iterator[Node]:
        """The mappings of the list under this key."""
        value = self.data.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.fault(key, "wrong_type", f"「{key}」は並びです。", "「- 」で始まる並びで書いてください。")
            return
        for index, item in enumerate(value):
            path = (*self.path, key, index)
            if isinstance(item, dict):
                yield Node(self.shop, item, path, self.question_id, self.group_id)
            else:
                self.shop.fault(
                    path,
                    "wrong_type",
                    f"「{key}」の{index + 1}番目の書き方が違います。",
                    "「キー: 値」で書いてください。",
                )

    def condition(self, key: str) -> Condition | None:
        """The condition under this key, with every id it names in reach."""
        value = self.data.get(key)
        if value is None:
            return None
        try:
            condition = condition_reading.compile_condition(value)
        except BadCondition as error:
            path = (*self.path, key, *error.path)
            self.shop.fault(
                path, error.code, error.message, "条件の書き方を確かめてください。", self.question_id
            )
            return None
        self._check_reach(condition, key, self.shop.reach(self.group_id))
        return condition

    def required(self, default: bool = True) -> bool | Condition:
        """`required`: true, false, or a condition."""
        if isinstance(self.data.get("required"), dict):
            return self.condition("required") or default
        return self.boolean("required", default)

    def expression(self, key: str = "expression") -> Expression | None:
        """The CEL rule under this key."""
        source = self.string(key)
        if not source:
            return None
        try:
            return expressions.compile_expression(
                source,
                frozenset(self.shop.reach(self.group_id)),
                decimals=frozenset(self.shop.decimals),
                groups=frozenset(self.shop.members),
            )
        except BadExpression as error:
            self.fault(key, error.code, error.message, "式（CEL）を直してください。")
            return None

    def pattern(self, key: str = "pattern") -> re.Pattern[str] | None:
        """A regular expression for the whole answer that cannot run away on long input."""
        source = self.string(key)
        if not source:
            return None
        try:
            pattern = re.compile(source)
        except re.error:
            self.fault(key, "bad_pattern", "正規表現として読めません。", "書き方を確かめてください。")
            return None
        if _REPEATED_GROUP.search(re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", source)):
            self.fault(
                key,
                "slow_pattern",
                "繰り返しの中に繰り返しや「|」があります。",
                "かっこの繰り返しをやめて書き直してください。",
            )
        return pattern

    def _check_reach(self, condition: Condition, key: str, reach: set[str]) -> None:
        if isinstance(condition, conditions.AnyMember | conditions.AllMembers | conditions.Count):
            members = self.shop.members.get(condition.group)
            if members is None:
                self.fault(
                    key,
                    "unknown_group",
                    f"「{condition.group}」という繰り返しはありません。",
                    "idを確かめてください。",
                )
                return
            reach = reach | members
        for part in conditions.parts_of(condition):
            self._check_reach(part, key, reach)
        if conditions.parts_of(condition) or isinstance(condition, conditions.Count):
            return
        answered_group = (
            isinstance(condition, conditions.Answered) and condition.question in self.shop.members
        )
        for question_id in () if answered_group else sorted(conditions.questions_used(condition) - reach):
            elsewhere = any(question_id in members for members in self.shop.members.values())
            self.fault(
                key,
                "not_in_reach" if elsewhere else "unknown_question",
                f"条件の質問「{question_id}」は"
                + ("ここからは見えません。" if elsewhere else "ありません。"),
                "any_memberなどのwhereの中で使ってください。"
                if elsewhere
                else "質問のidを確かめてください。",
            )
