"""`madoguchi prepare`: what `madoguchi run` has done in a process of its own before it starts the others."""

import sys

from madoguchi.config import environment
from madoguchi.config.commands import end_with_parent, start_django
from madoguchi.config.commands.demo import fill


def main(argv: list[str]) -> int:
    """Bring the database up to date, fill it when it is empty, and print the demo log-ins."""
    end_with_parent()
    start_django()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("madoguchi: bringing the database up to date", file=sys.stderr)
        call_command("migrate", interactive=False, verbosity=0)
    if not environment.is_production():
        from madoguchi.common import demo

        if not demo.is_loaded():
            print("madoguchi: loading the demo city", file=sys.stderr)
            fill()
        for line in demo.log_ins():
            print(line)
    return 0
