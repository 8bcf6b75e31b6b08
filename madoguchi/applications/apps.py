from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "madoguchi.applications"
    label = "applications"

    def ready(self) -> None:
        from madoguchi.applications import alarms, handlers, registering  # noqa: F401  # they register themselves
        from madoguchi.common import registers
        from madoguchi.common.registers import DemoSize

        def load(size: DemoSize) -> None:
            from madoguchi.applications import demo

            demo.load(size)

        registers.demo.add("applications", load, order=30)
