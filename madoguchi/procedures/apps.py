from collections.abc import Iterable

from django.apps import AppConfig
from django.utils.translation import gettext_noop


class ProceduresConfig(AppConfig):
    name = "madoguchi.procedures"
    label = "procedures"

    def ready(self) -> None:
        from madoguchi.common import registers
        from madoguchi.common.registers import (
            ApprovedFact,
            DemoSize,
            Happening,
            IndicatorSource,
            PersonalData,
            ProcedureName,
        )
        from madoguchi.procedures.open_data import DATASETS

        def load(size: DemoSize) -> None:
            from madoguchi.procedures import demo

            demo.load(size)

        def online() -> Iterable[Happening]:
            from madoguchi.procedures import metrics

            return metrics.online_procedures()

        def names() -> Iterable[ProcedureName]:
            from madoguchi.procedures import queries

            return queries.names()

        def facts(language: str) -> Iterable[ApprovedFact]:
            from madoguchi.procedures import facts

            return facts.approved_facts(language)

        registers.demo.add("procedures", load, order=20)
        registers.knowledge.add("procedures", facts)
        for name, dataset in DATASETS.items():
            registers.datasets.add(name if name == "procedures" else f"procedure-{name}", dataset)
        registers.procedure_names.add("procedures", names)
        source = IndicatorSource(gettext_noop("オンライン化した手続"), "手続", collect=online)
        registers.indicators.add("online-procedures", source, order=1)
        no_people = PersonalData(fields=(), purpose="", retention_days=None)
        registers.personal_data.add("procedures.Closing", no_people)
        registers.personal_data.add("procedures.InventoryEntry", no_people)
        registers.personal_data.add("procedures.Procedure", no_people)
        registers.personal_data.add("procedures.ProcedureVersion", no_people)
