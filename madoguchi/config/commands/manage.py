"""`madoguchi manage …`: Django's own management commands."""

import os


def main(argv: list[str]) -> int:
    """Run one of Django's management commands."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["madoguchi manage", *argv])
    return 0
