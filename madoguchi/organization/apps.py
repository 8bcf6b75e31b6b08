from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "madoguchi.organization"
    label = "organization"

    def ready(self) -> None:
        from madoguchi.common import access, registers
        from madoguchi.organization import demo, handlers, personal_data, resolver  # noqa: F401  # they register themselves

        registers.demo.add("organization", demo.load, order=20)
        registers.demo_log_ins.add("organization", demo.log_ins)
        access.answer_staff_rules_with(resolver.answer)
