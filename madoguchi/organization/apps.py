from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "madoguchi.organization"
    label = "organization"
