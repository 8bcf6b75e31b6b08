"""Many visitors at once, in a process of their own so that their work is not counted as the site's."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time

from bench.visitor import Unexpected, Visitor


def main() -> None:
    """File for a while with some clients; print counts and times as JSON. `--rate` paces all clients together."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--rate", type=float, default=0)
    wanted = parser.parse_args()
    print(json.dumps(load(wanted.port, wanted.seconds, wanted.clients, wanted.rate)))


def load(port: int, seconds: float, clients: int, rate: float = 0) -> dict[str, float]:
    """Closed loop without `rate`; with it, filings begin at even intervals."""
    visitors = [Visitor(port) for _ in range(clients)]
    started = time.perf_counter()
    until = started + seconds
    done, errors = [0] * clients, [0] * clients
    next_start = iter(range(1 << 30))
    lock = threading.Lock()

    def run(index: int) -> None:
        visitor = visitors[index]
        while time.perf_counter() < until:
            if rate:
                with lock:
                    at = started + next(next_start) / rate
                time.sleep(max(0.0, at - time.perf_counter()))
                if time.perf_counter() >= until:
                    return
            visitor.cookies.clear()
            try:
                visitor.file(f"試験 {index}の{done[index]}")
                done[index] += 1
            except (Unexpected, OSError) as error:
                errors[index] += 1
                print(f"visitor: {error}", file=sys.stderr)
                if errors[index] > 20:
                    return

    threads = [threading.Thread(target=run, args=(i,)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - started
    times = sorted(t for v in visitors for t in v.taken_ms)
    submits = sorted(t for v in visitors for t in v.submit_ms)
    return {
        "filings": sum(done),
        "errors": sum(errors),
        "seconds": round(taken, 2),
        "filings_per_second": round(sum(done) / taken, 2),
        "requests": len(times),
        "request_p50_ms": percentile(times, 50),
        "request_p99_ms": percentile(times, 99),
        "request_max_ms": percentile(times, 100),
        "submit_p50_ms": percentile(submits, 50),
        "submit_p99_ms": percentile(submits, 99),
    }


def percentile(values: list[float], share: float) -> float:
    """The value that `share` percent do not exceed; 0 of nothing."""
    if not values:
        return 0.0
    return round(values[min(len(values) - 1, int(len(values) * share / 100))], 1)


if __name__ == "__main__":
    main()
