"""`madoguchi restore …`: the whole city back from an archive."""

from madoguchi.config.commands import start_django


def main(argv: list[str]) -> int:
    """Read the archive back and verify it."""
    start_django()
    from madoguchi.common import backup

    return backup.main(["restore", *argv])
