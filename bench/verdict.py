"""Compares what was acknowledged to people with what is stored; prints the differences as JSON."""

import json
import sys
from pathlib import Path

from madoguchi.config.commands import start_django


def main(path: str) -> None:
    start_django()
    from django.db.models import Count

    from madoguchi.applications.models import Application, CaseEvent, Draft
    from madoguchi.audit.models import AuditEntry
    from madoguchi.common.models import Job

    acknowledged = json.loads(Path(path).read_text())
    stored = {a.receipt_number: a for a in Application.objects.all()}
    events = dict(
        CaseEvent.objects.filter(kind="filed").values_list("application").annotate(n=Count("id")).order_by()
    )
    audits = dict(
        AuditEntry.objects.filter(act="file").values_list("subject").annotate(n=Count("id")).order_by()
    )
    jobs: dict[str, int] = {}
    for payload in Job.objects.filter(kind="applications.after_filing").values_list("payload", flat=True):
        jobs[payload["application"]] = jobs.get(payload["application"], 0) + 1
    names: dict[str, int] = {}
    for application in stored.values():
        name = application.answers["full_name"]
        names[name] = names.get(name, 0) + 1
    filed_drafts = Draft.objects.filter(id__in=[a.id for a in stored.values()]).count()
    half = [
        a
        for a in stored.values()
        if events.get(a.id) != 1 or audits.get(f"application:{a.id}") != 1 or jobs.get(str(a.id)) != 1
    ]
    print(
        json.dumps(
            {
                "stored": len(stored),
                "lost": sum(number not in stored for _, number, _ in acknowledged),
                "lost_receipts": [
                    [receipt, number, sorted(n for n, a in stored.items() if str(a.id) in receipt)]
                    for receipt, number, _ in acknowledged
                    if number not in stored
                ][:10],
                "half_applied": len(half) + filed_drafts,
                "duplicates": sum(count - 1 for count in names.values()),
                "wrong_person": sum(
                    number in stored
                    and (stored[number].answers["full_name"] != name or str(stored[number].id) not in receipt)
                    for receipt, number, name in acknowledged
                ),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
