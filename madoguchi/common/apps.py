from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "madoguchi.common"
    label = "common"

    def ready(self) -> None:
        from madoguchi.common.registers import PersonalData, personal_data

        for model in ("Job", "AttemptCount", "WorkerPulse", "InstallationFact"):
            personal_data.add(f"common.{model}", PersonalData((), "", None))
