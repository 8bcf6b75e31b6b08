from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "madoguchi.procedures"
    label = "procedures"

    def ready(self) -> None:
        from madoguchi.common import registers
        from madoguchi.common.registers import DemoSize, PersonalData

        def load(size: DemoSize) -> None:
            from madoguchi.procedures import demo

            demo.load(size)

        registers.demo.add("procedures", load, order=20)
        no_people = PersonalData(fields=(), purpose="", retention_days=None)
        registers.personal_data.add("procedures.Procedure", no_people)
        registers.personal_data.add("procedures.ProcedureVersion", no_people)
