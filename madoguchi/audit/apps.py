from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "madoguchi.audit"
    label = "audit"

    def ready(self) -> None:
        from madoguchi.common.registers import PersonalData, personal_data

        personal_data.add("audit.AuditEntry", PersonalData((), "", None))
