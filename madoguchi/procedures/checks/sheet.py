"""The sheet on which all checks of one definition note what they find."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from madoguchi.common.yaml_source import Path, Source
from madoguchi.procedures.findings import Finding, Severity


@dataclass(slots=True)
class Sheet:
    """One source, its file name, and the findings so far; at most one finding for a code at a place."""

    source: Source
    file: str = ""
    findings: dict[tuple[Path, str], Finding] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """The whole definition as plain data."""
        data: dict[str, Any] = self.source.data
        return data

    def is_clean(self) -> bool:
        """Whether no error has been noted (warnings do not count)."""
        return all(finding.severity != "error" for finding in self.findings.values())

    def note(
        self,
        path: Path,
        code: str,
        message: str,
        mend: str,
        *,
        severity: Severity = "error",
        question: str = "",
    ) -> None:
        """Note one fault at the line of `path`; the question is found from the path when not given."""
        finding = Finding(
            line=self.source.line_of(path),
            question_id=question or self.question_at(path),
            code=code,
            message=message,
            mend=mend,
            severity=severity,
            file=self.source.file_of(path) or self.file,
        )
        self.findings.setdefault((path, code), finding)

    def warn(self, path: Path, code: str, message: str, mend: str) -> None:
        """Note something that does not stop a definition."""
        self.note(path, code, message, mend, severity="warning")

    def question_at(self, path: Path) -> str:
        """The id of the innermost question that `path` leads into, or ""."""
        found, place = "", self.source.data
        for step, below in zip(path, (*path[1:], None), strict=True):
            place = _below(place, step)
            if step == "questions" and isinstance(below, int):
                question = _below(place, below)
                identifier = question.get("id") if isinstance(question, dict) else None
                found = identifier if isinstance(identifier, str) else found
        return found

    def sorted(self) -> list[Finding]:
        """All findings in the order of the file."""
        return sorted(
            self.findings.values(), key=lambda finding: (finding.line, finding.severity, finding.code)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the source: where it stands and when it is asked."""

    data: dict[str, Any]
    path: Path
    position: int
    section: int
    group: str = ""  # id of the group whose members are asked

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def kind(self) -> str:
        return str(self.data["kind"])


def asked(data: dict[str, Any]) -> Iterator[Asked]:
    """Every question in the order of asking, a group before its members' questions."""
    position = 0
    for number, section in enumerate(data["sections"]):
        for index, question in enumerate(section["questions"]):
            path: Path = ("sections", number, "questions", index)
            yield Asked(question, path, position, number)
            position += 1
            for inner, member in enumerate(question.get("questions", ())):
                yield Asked(member, (*path, "questions", inner), position, number, question["id"])
                position += 1


def suggestion(word: object, known: Iterable[str]) -> str:
    """A sentence with the known word that looks most like `word`, or ""."""
    close = difflib.get_close_matches(str(word), sorted(known), n=1, cutoff=0.6)
    return f"もしかして「{close[0]}」ではありませんか。" if close else ""


def either(words: Iterable[str], *, most: int = 12) -> str:
    """The words that can be used, as the end of a sentence."""
    listed = list(words)
    more = "など" if len(listed) > most else ""
    return f"使えるのは{'、'.join(listed[:most])}{more}です。"


def _below(place: Any, step: str | int) -> Any:
    if isinstance(place, dict):
        return place.get(step)
    if isinstance(place, list) and isinstance(step, int) and step < len(place):
        return place[step]
    return None
