"""Nothing acknowledged is lost when the server is killed at random instants (the long form: `--kills 10000`)."""

import json
import os
import subprocess
import sys

import pytest

from tests.settings import ROOT

KILLS = 50 if os.environ.get("CI") else 8


@pytest.mark.slow
@pytest.mark.xdist_group("site")
def test_fifty_kills_lose_no_acknowledged_filing_and_leave_none_half_done():
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("the kills are about the embedded database; PostgreSQL guards itself")
    done = subprocess.run(
        [sys.executable, "-m", "madoguchi", "bench", "faults", "--json", f"--kills={KILLS}"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in ("MADOGUCHI_VAR", "DJANGO_SETTINGS_MODULE")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout, done.stderr[-4000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, figures
    assert figures["acknowledged"] >= KILLS  # otherwise the load was none
    broken = ("lost", "half_applied", "duplicates", "wrong_person", "vanished")
    assert {name: figures[name] for name in broken} == dict.fromkeys(broken, 0)
