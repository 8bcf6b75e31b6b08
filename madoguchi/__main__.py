"""The console script `madoguchi`: one command for each thing an operator does, the rest is Django's."""

import sys
from importlib import import_module

COMMANDS = {
    "run": "set everything up, serve web and worker, print addresses and demo log-ins",
    "serve": "the web process of an installation",
    "worker": "the background process of an installation",
    "migrate": "bring the database and the static files up to date",
    "plan": "check or publish a plan (`plan check [FILE…]`, `plan publish FILE --by NAME`)",
    "procedures": "check [FILE…]: validate procedure definitions",
    "demo": "load [--residents N] [--applications N] [--seed S]: fill an empty city with synthetic people",
    "backup": "the whole city into one encrypted archive",
    "restore": "the whole city back from an archive, verified",
    "bench": "[NAME] [--json]: run benchmarks",
    "manage": "any command of Django's management, for example `madoguchi manage makemigrations`",
}


def usage() -> str:
    """The list of commands."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {does}" for name, does in COMMANDS.items()]
    return "\n".join(["usage: madoguchi COMMAND [ARGUMENT…]", "", *lines])


def main(argv: list[str] | None = None) -> int:
    """Run the command that `argv` names and return its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS and name != "prepare":
        name, rest = "manage", arguments
    # Imported only now, so that help is there at once and the server's parent process stays small.
    environment = import_module("madoguchi.config.environment")
    try:
        code = import_module(f"madoguchi.config.commands.{name}").main(rest)
    except environment.BadSetting as fault:
        print(f"madoguchi: {fault}", file=sys.stderr)
        return 1
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
