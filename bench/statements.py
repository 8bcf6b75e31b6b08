"""Counts the SQL statements of one reference filing, all requests together, in one process."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import urlsplit

from madoguchi.config.commands import start_django


def main() -> None:
    """File twice and print the statements of the second filing, by request."""
    start_django()
    from django.db.backends.utils import CursorWrapper
    from django.test import Client

    from bench import visitor

    counted: list[str] = []
    original = CursorWrapper.execute

    def counting(self: Any, sql: Any, params: Any = None) -> Any:
        counted.append(f"{threading.current_thread().name}: {sql}"[:200])
        return original(self, sql, params)

    CursorWrapper.execute = counting  # type: ignore[method-assign]

    class InProcess(visitor.Visitor):
        """The same visitor over Django's own client, with the whole middleware and the token check."""

        client = Client(enforce_csrf_checks=True)
        by_request: dict[str, int]

        def request(self, method: str, path: str, form: dict[str, str] | None = None) -> visitor.Answer:
            before = len(counted)
            answer = self.client.get(path) if method == "GET" else self.client.post(path, form or {})
            kind = "/".join(p for p in urlsplit(path).path.split("/") if len(p) < 30)
            self.by_request[f"{method} {kind}"] = len(counted) - before
            headers = {k.lower(): v for k, v in answer.headers.items()}
            return visitor.Answer(answer.status_code, headers, answer.content)

    one = InProcess(0)
    one.by_request = {}
    one.file("試験 一")
    counted.clear()
    one.by_request = {}
    one.file("試験 二")
    print(
        json.dumps(
            {
                "statements": len(counted),
                "requests_a_filing": len(one.by_request),
                "statements_by_request": one.by_request,
            }
        )
    )


if __name__ == "__main__":
    main()
