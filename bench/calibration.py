"""The calibrating baseline: the same disk, the same durability, nothing of the product in between."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from pathlib import Path
from typing import Any


def raw_loop(folder: Path, seconds: float = 3.0) -> float:
    """Commits a second of one thread: BEGIN IMMEDIATE, two inserts, COMMIT, WAL with synchronous=FULL."""
    path = folder / "calibration.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS filed (id INTEGER PRIMARY KEY, body TEXT)")
    connection.execute("CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, body TEXT)")
    body = "あ" * 400
    done, until = 0, time.perf_counter() + seconds
    started = time.perf_counter()
    while time.perf_counter() < until:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO filed (body) VALUES (?)", (body,))
        connection.execute("INSERT INTO audit (body) VALUES (?)", (body,))
        connection.execute("COMMIT")
        done += 1
    rate = done / (time.perf_counter() - started)
    connection.close()
    for leftover in folder.glob("calibration.sqlite3*"):
        leftover.unlink()
    return rate


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load": round(os.getloadavg()[0], 1),
    }
