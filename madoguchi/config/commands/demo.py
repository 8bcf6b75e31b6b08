"""`madoguchi demo load`: a synthetic city of any size, the same for the same seed."""

import argparse
import sys

from madoguchi.config import environment
from madoguchi.config.commands import start_django


def main(argv: list[str]) -> int:
    """Fill the database with a synthetic city."""
    parser = argparse.ArgumentParser(prog="madoguchi demo")
    load = parser.add_subparsers(required=True, metavar="load").add_parser("load")
    load.add_argument("--residents", type=int, metavar="N", help="1000, or as many as file so much")
    load.add_argument("--applications", type=int, default=300, metavar="N")
    load.add_argument("--seed", type=int, default=1, metavar="S")
    wanted = parser.parse_args(argv)
    if environment.is_production():
        raise environment.BadSetting("MADOGUCHI_ENV is production: no synthetic people are loaded there.")
    start_django()
    from madoguchi.common.demo import AlreadyLoaded

    try:
        residents = wanted.residents or min(max(1000, wanted.applications // 4), 290_000)
        fill(residents=residents, applications=wanted.applications, seed=wanted.seed)
    except AlreadyLoaded:
        print("madoguchi: this database holds a demo city already; nothing was changed.", file=sys.stderr)
        return 1
    return 0


def fill(**size: int) -> None:
    """Load the demo city as a whole or not at all, so that a load cut short can simply be done again."""
    from django.db import transaction

    from madoguchi.common import demo

    with transaction.atomic():
        demo.load(**size)
