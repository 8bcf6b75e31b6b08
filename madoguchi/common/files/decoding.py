"""The process that decodes hostile content (see `isolation`): reads its standard input, writes a descriptor.

Run as `python -m madoguchi.common.files.decoding TASK DESCRIPTOR PARAMS`; writes its report as JSON.
"""

import errno
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from madoguchi.common.files.refusals import Refusal, Refused

MEMORY_BYTES = 2 * 1024**3
OUTPUT_BYTES = 256 * 1024**2
CPU_SECONDS = 20


def set_bounds() -> None:
    """Bound what this process may take before anything is decoded."""
    for kind, bound in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (most, most))
    os.nice(5)  # people waiting for a page come first


def task_named(name: str) -> Callable[..., dict[str, Any]]:
    """The function for a task; only the modules of that task are loaded."""
    if name == "image":
        from madoguchi.common.files.images import reencode

        return reencode
    if name == "pdf":
        from madoguchi.common.files.pdfs import check_pdf

        return check_pdf
    if name == "page":
        from madoguchi.common.files.rasters import draw_page

        return draw_page
    if name == "workbook":
        from madoguchi.common.files.workbooks import read_workbook

        return read_workbook
    raise ValueError("no such task")


def run(name: str, source: BinaryIO, target: BinaryIO, params: dict[str, Any]) -> dict[str, Any]:
    """Run a task; a refusal and a lack of memory are reports like others."""
    try:
        return task_named(name)(source, target, **params)
    except Refused as refused:
        return {"refused": refused.code.value, "params": refused.params}
    except (MemoryError, RecursionError):
        return {"refused": Refusal.TOO_COMPLEX.value, "params": {}}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"no_room": True}
        raise


def main(arguments: list[str]) -> None:
    """Do one task and write its report."""
    set_bounds()
    name, descriptor, params = arguments
    with (
        os.fdopen(0, "rb", closefd=False) as source,
        os.fdopen(int(descriptor), "wb", closefd=False) as target,
    ):
        report = run(name, source, target, json.loads(params))
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1:])
