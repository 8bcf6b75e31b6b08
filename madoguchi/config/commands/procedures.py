"""`madoguchi procedures`: `check [FILE…]` validates definitions, `blocks [NAME]` says who uses a block, `close ID` and
`reopen ID` say what is taken online, `import FILE…` publishes definitions, `inventory import FILE` brings the list of
all procedures in."""

import sys

from madoguchi.config.commands import start_django


def main(argv: list[str]) -> int:
    """Check the named files, or the whole catalog; exit code 1 when something must be mended."""
    if len(argv) == 2 and argv[0] in ("close", "reopen"):
        return _set_open(argv[1], is_open=argv[0] == "reopen")
    if argv[:1] == ["blocks"] and len(argv) <= 2:
        return _blocks("".join(argv[1:]))
    if argv[:2] == ["inventory", "import"]:
        return _import_inventory(argv[2:])
    if argv[:1] == ["import"]:
        return _import_definitions(argv[1:])
    if argv[:1] != ["check"]:
        usage = (
            "madoguchi procedures check [FILE…] | blocks [NAME] | close ID | reopen ID |"
            " import FILE… --by NAME --approved-by NAME | inventory import FILE"
        )
        print(f"usage: {usage}", file=sys.stderr)
        return 2
    start_django()
    from madoguchi.procedures import checking

    code: int = checking.main(argv[1:])
    return code


def _import_definitions(argv: list[str]) -> int:
    """Publish definitions; exit code 1 when one of them, or what it would change, must be mended."""
    start_django()
    from madoguchi.procedures import importing_command

    code: int = importing_command.main(argv)
    return code


def _import_inventory(argv: list[str]) -> int:
    """Import a file of the inventory; exit code 1 when it has faults."""
    start_django()
    from madoguchi.procedures.inventory import desk_command

    code: int = desk_command.main(argv)
    return code


def _blocks(name: str) -> int:
    """Print which procedures use the blocks, or what a change of one touches; exit code 1 when there is no such block."""
    start_django()
    from madoguchi.procedures import desk_blocks

    try:
        print("\n".join(desk_blocks.lines(name)))
    except KeyError:
        print(f"There is no block {name}.", file=sys.stderr)
        return 1
    return 0


def _set_open(procedure_id: str, *, is_open: bool) -> int:
    """Take filings of a procedure online, or no more; exit code 1 when there is no such procedure."""
    start_django()
    from madoguchi.common import clock
    from madoguchi.procedures import actions
    from madoguchi.procedures.models import Procedure

    act = actions.reopen if is_open else actions.close
    try:
        act(procedure_id=procedure_id, by="system:console", now=clock.now())
    except Procedure.DoesNotExist:
        print(f"There is no procedure {procedure_id}.", file=sys.stderr)
        return 1
    except actions.PublishedMeanwhile:
        print(
            f"{procedure_id} was published at this moment; nothing was changed. Try again.", file=sys.stderr
        )
        return 1
    return 0
