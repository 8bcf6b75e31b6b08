from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "madoguchi.applications"
    label = "applications"

    # Held back until procedures.logic, .carrying and kinds.registry exist: importing handlers and registering.
