"""`madoguchi backup …`: the whole city into one encrypted archive."""

from madoguchi.config.commands import start_django


def main(argv: list[str]) -> int:
    """Write the archive."""
    start_django()
    from madoguchi.common import backup

    return backup.main(["backup", *argv])
