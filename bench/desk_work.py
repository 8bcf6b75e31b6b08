"""The work of `bench.desk`, in a process with the city's settings and a loaded city; prints one line of JSON."""

from __future__ import annotations

import json
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any
from uuid import UUID

from madoguchi.config.commands import start_django

LOOKS, WARM = 100, 10
CSV_ROWS = 100_000
BULK = 5_000
SAVED = 20


def main() -> None:
    """Look at lists and cases, take a file out, treat many cases at once and undo it."""
    start_django()
    from django.db import connection
    from django.db.models import Count
    from django.http import QueryDict

    from madoguchi.applications import desk_queries
    from madoguchi.applications.desk_filters import read_filters
    from madoguchi.applications.models import Application
    from madoguchi.applications.permissions import departments_seen
    from madoguchi.common import clock
    from madoguchi.identity.queries import restrictions_in_force
    from madoguchi.organization import queries as organization
    from madoguchi.organization.models import Role
    from madoguchi.organization.tests.factories import signed_in_client

    chance, today = random.Random(1), clock.today()  # which cases are looked at
    cases = Application.objects.values_list("department_code").annotate(cases=Count("id"))
    department = max(cases.order_by(), key=lambda row: row[1])[0]
    head = organization.staff_with_role(department, Role.HEAD, today)[0]
    browser = signed_in_client(head)
    hidden = restrictions_in_force(today).filter(subject__startswith="application:")
    protected = {UUID(subject.partition(":")[2]) for subject in hidden.values_list("subject", flat=True)}
    own = Application.objects.filter(department_code=department)
    total = own.count()
    plain = sorted(set(own.values_list("id", flat=True)) - protected)
    some = list(Application.objects.filter(id__in=chance.sample(plain, LOOKS + WARM)))
    going = own.exclude(status__in=("closed", "withdrawn")).order_by("due_on")
    opened = [one for one in going[: 2 * (LOOKS + WARM)] if one.id not in protected]
    statements: list[int] = []

    def counted(execute: Callable[..., Any], *call: Any) -> Any:
        statements[-1] += 1
        return execute(*call)

    def page(path: str, form: dict[str, str] | None = None) -> None:
        with connection.execute_wrapper(counted):
            answer = browser.get(path) if form is None else browser.post(path, form, follow=True)
        assert answer.status_code == 200, (path, answer.status_code)

    def looked(look: Callable[[int], None]) -> dict[str, Any]:
        times = []
        statements.clear()
        for number in range(LOOKS + WARM):
            statements.append(0)
            started = time.perf_counter()
            look(number)
            times.append((time.perf_counter() - started) * 1000)
        times, asked = sorted(times[WARM:]), set(statements[WARM:])
        return {
            "p50_ms": round(times[len(times) // 2], 1),
            "p95_ms": round(times[int(len(times) * 0.95)], 1),
            "statements": max(asked),
            "statements_differ": len(asked) > 1,
        }

    figures: dict[str, Any] = {
        "applications": Application.objects.count(),
        "of_the_department": total,
        "inbox": looked(lambda n: page("/desk/")),
        "all": looked(lambda n: page("/desk/?tab=all")),
        "closed": looked(lambda n: page("/desk/?tab=done")),
        "search_by_name": looked(lambda n: page("/desk/", {"q": some[n].applicant_name})),
        "search_by_number": looked(lambda n: page("/desk/", {"q": some[n].receipt_number})),
        "case_page": looked(lambda n: page(f"/desk/case/{some[n].id}/")),
        "open_case_page": looked(lambda n: page(f"/desk/case/{opened[n % len(opened)].id}/")),
    }
    seen = departments_seen(head, today=today)
    names = (
        "due=soon",
        "due=overdue",
        "tab=mine",
        "tab=unassigned",
        "tab=returned",
        "tab=proposed",
        "channel=web",
    )
    views = [read_filters(QueryDict(names[number % len(names)])) for number in range(SAVED)]

    def count(_number: int) -> None:
        with connection.execute_wrapper(counted):
            desk_queries.counts_of(views, seen, staff=head, today=today)

    figures["saved_filters"] = looked(count)
    figures["csv"] = _csv(browser)
    figures["bulk"] = _bulk(head, department)
    print(json.dumps(figures))


def _csv(browser: Any) -> dict[str, Any]:
    """Rows of the list as a file: how long, and how much memory more the process ever held."""
    from django.db import connection

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    answer = browser.get("/desk/list.csv?tab=all")
    rows = 0
    for chunk in answer.streaming_content:
        rows += chunk.count(b"\n")
        if rows >= CSV_ROWS:
            break
    seconds = time.perf_counter() - started
    answer.close()
    connection.close()  # a list that was not read to its end holds the state of the database of then
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"rows": rows, "seconds": round(seconds, 1), "more_memory_mib": round(more / 1024, 1)}


def _bulk(head: Any, department: str) -> dict[str, Any]:
    """Open cases of the department handed over to somebody at once, and taken back."""
    from datetime import timedelta

    from madoguchi.applications import rules
    from madoguchi.applications.actions import bulk
    from madoguchi.applications.models import Application, BulkItem
    from madoguchi.common import clock
    from madoguchi.organization import queries as organization

    found = Application.objects.filter(department_code=department, status__in=rules.OPEN)
    held = Counter(found.values_list("holder", flat=True))
    people = organization.staff_handling([department], clock.today())
    colleague = min(people, key=lambda one: held[one.id])  # so that most cases change
    cases = list(islice(found.values_list("id", "version").order_by("due_on", "id"), BULK))
    before = dict(Application.objects.filter(id__in=[one for one, _v in cases]).values_list("id", "holder"))
    times: dict[str, Any] = {"cases": len(cases)}

    def timed(name: str, step: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = step()
        if name != "prepare":
            bulk.work_on(run.id, until=clock.now() + timedelta(hours=1))
            run.refresh_from_db()
        times[f"{name}_s"] = round(time.perf_counter() - started, 1)
        return result

    wanted = bulk.Wanted("hand_over", to=colleague)
    run = timed("prepare", lambda: bulk.prepare(cases=cases, wanted=wanted, by=head, now=clock.now()))
    timed("look", lambda: None)
    timed("do", lambda: bulk.start(run=run, by=head, now=clock.now()))
    times["done"] = BulkItem.objects.filter(run=run, state="done").count()
    timed("undo", lambda: bulk.undo(run=run, by=head, now=clock.now()))
    times["undone"] = BulkItem.objects.filter(run=run, state="undone").count()
    after = dict(Application.objects.filter(id__in=list(before)).values_list("id", "holder"))
    times["as_before"] = before == after
    return times


if __name__ == "__main__":
    main()
