"""`madoguchi migrate`: bring the database up to date, and what browsers load."""

from madoguchi.config import static_files
from madoguchi.config.commands import manage


def main(argv: list[str]) -> int:
    """Run Django's `migrate` without questions; gather the static files, so that the next start need not."""
    code = manage.main(["migrate", "--no-input", *argv])
    static_files.gather()
    return code
