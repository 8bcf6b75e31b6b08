"""Hostile content is decoded in a process of its own: with bounds on memory and time, and without our secrets.

A crash of a decoder, an endless loop or a bomb ends that process alone and becomes a refusal. The memory it took
goes back to the machine, so a web process stays small however large the photos are.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.store import StorageFull

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
WALL_SECONDS = 40
# Two at a time: more would only fight for the same processors, and each may take its share of memory.
AT_ONCE = 2
WAIT_SECONDS = 30
_slots = threading.BoundedSemaphore(AT_ONCE)


def run_isolated(
    task: str, source: BinaryIO, target: BinaryIO, params: Mapping[str, str | int | float]
) -> dict[str, Any]:
    """Run a task of `decoding` on a source file, its output into a target file; gives back its report.

    Both must be real files. Raises `Refused` with the task's own code, or `TOO_COMPLEX` where the task died.
    """
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise Refused(Refusal.BUSY)
    try:
        return _read_report(_run(task, source, target, params))
    finally:
        _slots.release()


def _run(
    task: str, source: BinaryIO, target: BinaryIO, params: Mapping[str, str | int | float]
) -> subprocess.CompletedProcess[bytes]:
    source.seek(0)
    target.seek(0)
    descriptor = target.fileno()
    try:
        return subprocess.run(
            [
                sys.executable,
                "-s",
                "-m",
                "madoguchi.common.files.decoding",
                task,
                str(descriptor),
                json.dumps(params),
            ],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
            # Nothing of our environment: no key of the database, the store or the mail server.
            env={
                "PYTHONPATH": str(PACKAGE_ROOT),
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8",
                "OMP_NUM_THREADS": "1",
            },
            cwd="/",
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(Refusal.TOO_COMPLEX) from error


def _read_report(finished: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    if finished.returncode != 0:
        raise Refused(Refusal.TOO_COMPLEX)
    report: dict[str, Any] = json.loads(finished.stdout)
    if "no_room" in report:
        raise StorageFull("no room left for temporary files")
    if "refused" in report:
        raise Refused(Refusal(report["refused"]), **report["params"])
    return report
