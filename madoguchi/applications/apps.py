from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "madoguchi.applications"
    label = "applications"

    def ready(self) -> None:
        from madoguchi.applications import (  # noqa: F401  # they register themselves
            alarms,
            batch_handlers,
            desk_chain_mails,
            desk_due_warnings,
            desk_opinion_mails,
            desk_reorganising,
            fee_jobs,
            handlers,
            handover_jobs,
            metrics,
            registering,
            retention_jobs,
            slot_jobs,
        )
        from madoguchi.common import registers
        from madoguchi.common.registers import DemoSize, UsualDays

        def load(size: DemoSize) -> None:
            from madoguchi.applications import demo

            demo.load(size)

        def usual_days(procedure_id: str) -> UsualDays | None:
            from madoguchi.applications import durations

            return durations.usual_days(procedure_id)

        registers.demo.add("applications", load, order=30)
        registers.usual_days.add("applications", usual_days)
