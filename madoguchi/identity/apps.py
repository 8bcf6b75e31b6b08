from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "madoguchi.identity"
    label = "identity"

    def ready(self) -> None:
        from madoguchi.common import registers
        from madoguchi.identity import demo, handlers, personal_data  # noqa: F401  # they register themselves

        registers.demo.add("identity", demo.load, order=10)
