from collections.abc import Iterable
from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_noop

INVENTORY = {
    "procedures": (
        gettext_noop("手続台帳の手続（廃止したもの、法令でオンライン化できないものを除く）"),
        "手続",
    ),
    "online": (
        gettext_noop("手続台帳の手続のうち、このサイトで受け付けているもの（来庁の予約だけのものを除く）"),
        "手続",
    ),
    "cases": (gettext_noop("手続台帳の手続の年間件数"), "件"),
    "online-cases": (gettext_noop("手続台帳の手続の年間件数のうち、オンラインで行われたもの"), "件"),
}


def add_inventory() -> None:
    """Tell the register of indicators what stands in the inventory."""
    from madoguchi.common import registers
    from madoguchi.common.registers import Happening, IndicatorSource

    def standing(name: str) -> Iterable[Happening]:
        from madoguchi.procedures.inventory import metrics

        return metrics.standing(name)

    for name, (title, unit) in INVENTORY.items():
        source = IndicatorSource(title, unit, standing=partial(standing, name))
        registers.indicators.add(f"inventory-{name}", source, order=2)


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
        from madoguchi.procedures.inventory import desk_holdings  # noqa: F401  # registers itself
        from madoguchi.procedures.open_data import DATASETS

        def load(size: DemoSize) -> None:
            from madoguchi.procedures import demo

            demo.load(size)

        def online() -> Iterable[Happening]:
            from madoguchi.procedures import metrics

            return metrics.online_procedures()

        def priority() -> Iterable[Happening]:
            from madoguchi.procedures import metrics

            return metrics.priority_procedures()

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
        source = IndicatorSource(gettext_noop("このサイトで受け付けている優先手続"), "手続", collect=priority)
        registers.indicators.add("priority-online", source, order=1)
        add_inventory()
        no_people = PersonalData(fields=(), purpose="", retention_days=None)
        registers.personal_data.add("procedures.Closing", no_people)
        registers.personal_data.add("procedures.InventoryEntry", no_people)
        registers.personal_data.add("procedures.Procedure", no_people)
        registers.personal_data.add("procedures.ProcedureVersion", no_people)
