"""`madoguchi worker`: the background process."""

from madoguchi.config import environment
from madoguchi.config.commands import end_with_parent, start_django


def main(argv: list[str]) -> int:
    """Do jobs until SIGTERM or SIGINT; the batch in hand is finished first."""
    end_with_parent()
    environment.check_start()
    start_django("worker")
    from madoguchi.common import jobs

    jobs.work_forever()
    return 0
