from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "madoguchi.plan"
    label = "plan"

    def ready(self) -> None:
        from madoguchi.plan import registering

        registering.register()
