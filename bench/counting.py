"""Prints how many rows of each kind there are, as JSON."""

import json

from madoguchi.config.commands import start_django


def main() -> None:
    start_django()
    from madoguchi.applications.models import Application, CaseEvent, Draft, ProducedFile
    from madoguchi.audit.models import AuditEntry
    from madoguchi.common.models import Job, JobState
    from madoguchi.notices.models import Message

    open_states = [JobState.WAITING, JobState.RUNNING]
    print(
        json.dumps(
            {
                "applications": Application.objects.count(),
                "drafts": Draft.objects.count(),
                "events": CaseEvent.objects.count(),
                "audit": AuditEntry.objects.filter(act="file").count(),
                "copies": ProducedFile.objects.count(),
                "mails": Message.objects.filter(state="sent").count(),
                "jobs_open": Job.objects.filter(state__in=open_states).exclude(key__contains=":").count()
                + Job.objects.filter(state__in=open_states, kind="notices.send").count(),
                "jobs_dead": Job.objects.filter(state=JobState.DEAD).count(),
            }
        )
    )


if __name__ == "__main__":
    main()
