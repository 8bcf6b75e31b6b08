"""The submit request alone, many at once, against the raw loop of the same run."""

from __future__ import annotations

import argparse
import selectors
import socket
import statistics
import time
from typing import Any

from bench.calibration import machine, raw_loop
from bench.site import bench_site
from bench.visitor import Unexpected, Visitor

GOAL = 0.5
DRAFTS = 600  # enough for a second or more: a shorter round measures the start
ROUNDS = 3


def run(wanted: argparse.Namespace) -> dict[str, Any]:
    """Rate of submits by `--clients` connections over drafts that are ready, in turn with the raw loop."""
    ratios, rates, raws = [], [], []
    with bench_site() as site:
        site.start_process("serve")
        site.wait_until_up()
        for turn in range(ROUNDS):
            ready = ready_drafts(site.port, str(turn))
            raws.append(raw_loop(site.folder, 2.0))
            rates.append(submit_all(ready, max(wanted.clients, 16)))
            ratios.append(rates[-1] / raws[-1])
        stored = site.count()["applications"]
    return {
        "submits_per_second": round(statistics.median(rates), 1),
        "raw_commits_per_second": round(statistics.median(raws), 1),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(r, 3) for r in ratios],
        "goal": GOAL,
        "goals_met": {"ratio": statistics.median(ratios) >= GOAL},
        "machine": machine(),
        "broken": stored != DRAFTS * ROUNDS,
    }


def ready_drafts(port: int, label: str) -> list[tuple[Visitor, tuple[str, str]]]:
    """Drafts filled up to the check page, each with its visitor."""
    ready = []
    for number in range(DRAFTS):
        visitor = Visitor(port)
        ready.append((visitor, visitor.fill(f"試験 {label}の{number}")))
        visitor.close()
    return ready


def submit_all(ready: list[tuple[Visitor, tuple[str, str]]], clients: int) -> float:
    """Submit everything over `clients` connections. Returns submits a second.

    Requests are written beforehand and one thread serves all connections, so that the cores go to the site.
    """
    waiting = [visitor.submit_request(check) for visitor, check in ready]
    port, total = ready[0][0].port, len(waiting)
    done = 0
    with selectors.DefaultSelector() as selector:
        started = time.perf_counter()
        for _ in range(min(clients, total)):
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(waiting.pop())
            selector.register(connection, selectors.EVENT_READ, bytearray())
        while done < total:
            ready_keys = selector.select(timeout=30)
            if not ready_keys:
                raise Unexpected("no answer to a submit")
            for key, _ in ready_keys:
                assert isinstance(key.fileobj, socket.socket)
                connection, received = key.fileobj, key.data
                received += connection.recv(65536) or b"the connection ended\r\n\r\n"
                if not received.endswith(b"\r\n\r\n"):
                    continue  # a redirection has no body
                if not (received.startswith(b"HTTP/1.1 302") and b"location: /filing/r/" in received):
                    raise Unexpected(f"submit answered {bytes(received[:80])!r}")
                done += 1
                received.clear()
                if waiting:
                    connection.sendall(waiting.pop())
                else:
                    selector.unregister(connection)
                    connection.close()
        return total / (time.perf_counter() - started)
