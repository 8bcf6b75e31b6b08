from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "madoguchi.organization"
    label = "organization"

    def ready(self) -> None:
        from madoguchi.common import access
        from madoguchi.organization import personal_data, resolver  # noqa: F401  # it registers itself

        access.answer_staff_rules_with(resolver.answer)
