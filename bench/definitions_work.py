"""The work of `bench.definitions`, in a process with the city's settings; prints one line of JSON."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from madoguchi.config.commands import start_django

COMPILED, EVALUATED = 15, 300
CHECKED_ON, BROKEN_DAY = date(2026, 11, 26), date(2026, 5, 15)


def main() -> None:
    """Compile, evaluate, validate, check, explain."""
    start_django()
    from madoguchi.procedures import checking
    from madoguchi.procedures.compiling import compile_source
    from madoguchi.procedures.filing_schema import filing_schema
    from madoguchi.procedures.logic import evaluate

    room = Path(checking.__file__).parent
    files = sorted((room / "catalog").glob("*.yaml"))
    largest = max(files, key=lambda path: path.stat().st_size)
    source = largest.read_text(encoding="utf-8")
    definition = compile_source(source)
    samples = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted((room / "samples").glob("*.json"))
    ]
    own = [one for one in samples if one["procedure"] == definition.id]
    one = max(own, key=lambda sample: len(json.dumps(sample["answers"])))
    today = date.fromisoformat(one["today"])
    answers = dict(evaluate(definition, one["answers"], today=today).answers)
    validator = Draft202012Validator(filing_schema(definition))
    print(
        json.dumps(
            {
                "largest": largest.stem,
                "characters": len(source),
                "questions": sum(1 for _ in definition.all_questions()),
                "answers": len(answers),
                "compile_ms": median_ms(lambda: compile_source(source), COMPILED),
                "evaluate_ms": median_ms(lambda: evaluate(definition, answers, today=today), EVALUATED),
                "jsonschema_ms": median_ms(lambda: list(validator.iter_errors(answers)), EVALUATED),
                **checked([*sorted((room / "blocks").glob("*.yaml")), *files], checking),
                **explained(room, checking),
            },
            ensure_ascii=False,
        )
    )


def checked(files: list[Path], checking: Any) -> dict[str, Any]:
    """All definitions and blocks of the catalogue, one after another, as the command does it."""
    started = time.process_time()
    reports = checking.check_files(files, today=CHECKED_ON)
    return {
        "checked": len(reports),
        "check_all_s": round(time.process_time() - started, 2),
        "findings": sum(len(report.findings) for report in reports),
    }


def explained(room: Path, checking: Any) -> dict[str, Any]:
    """The corpus of broken definitions: the longest that one of them took, and how many were not found broken."""
    folder = room / "tests" / "broken"
    base = (folder / "base.yaml").read_text(encoding="utf-8")
    taken: list[float] = []
    not_found = 0
    for case in yaml.safe_load((folder / "cases.yaml").read_text(encoding="utf-8")):
        text = base.replace(case["from"], case["to"], 1)
        started = time.process_time()
        found = checking.check_source(text, "parking.yaml", today=BROKEN_DAY)
        taken.append(time.process_time() - started)
        not_found += not any(finding.code == case["code"] for finding in found)
    return {"broken_cases": len(taken), "longest_broken_s": round(max(taken), 3), "not_found": not_found}


def median_ms(work: Callable[[], object], times: int) -> float:
    """The median of the processor time of one call, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return round(statistics.median(taken) * 1000, 3)


if __name__ == "__main__":
    main()
