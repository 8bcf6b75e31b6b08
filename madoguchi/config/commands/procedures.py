"""`madoguchi procedures check [FILE…]`: validate procedure definitions."""

import sys

from madoguchi.config.commands import start_django


def main(argv: list[str]) -> int:
    """Check the named files, or the whole catalog; exit code 1 when something must be mended."""
    if argv[:1] != ["check"]:
        print("usage: madoguchi procedures check [FILE…]", file=sys.stderr)
        return 2
    start_django()
    from madoguchi.procedures import checking

    code: int = checking.main(argv[1:])
    return code
