"""`madoguchi migrate`: bring the database up to date."""

from madoguchi.config.commands import manage


def main(argv: list[str]) -> int:
    """Run Django's `migrate` without questions."""
    return manage.main(["migrate", "--no-input", *argv])
