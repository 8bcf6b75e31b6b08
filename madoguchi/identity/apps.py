from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "madoguchi.identity"
    label = "identity"

    def ready(self) -> None:
        from madoguchi.identity import handlers, personal_data  # noqa: F401  # they register themselves
