"""The published JSON Schema and the rules of it that a definition breaks."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator

from madoguchi.common.yaml_source import Path

SCHEMA = FilePath(__file__).parents[1] / "schema" / "procedure-1.schema.json"


@functools.cache
def schema() -> dict[str, Any]:
    """The published JSON Schema of the definition language."""
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _validator(part: str) -> Draft202012Validator:
    if not part:
        return Draft202012Validator(schema())
    return Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": schema()["$defs"]})


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of the schema that a value breaks; `about_name` when the rule is about the name of a key."""

    place: Path
    rule: str
    limit: Any
    value: Any
    properties: dict[str, Any]
    message: str
    about_name: bool


def violations(data: Any, part: str = "") -> Iterator[Violation]:
    """Every rule that the definition, or what is a `part` of one, breaks, in the order of the schema."""
    for error in _validator(part).iter_errors(data):
        within: Any = error.schema
        yield Violation(
            place=tuple(error.absolute_path),
            rule=str(error.validator),
            limit=error.validator_value,
            value=error.instance,
            properties=within.get("properties", {}) if isinstance(within, dict) else {},
            message=error.message,
            about_name="propertyNames" in error.absolute_schema_path,
        )
