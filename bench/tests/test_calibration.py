"""The measuring tools measure."""

import os
import time

from bench import calibration, processes
from bench.load import percentile


def test_the_raw_loop_commits(tmp_path):
    assert calibration.raw_loop(tmp_path, 0.05) > 1
    assert list(tmp_path.iterdir()) == []


def test_processor_time_of_a_busy_process_grows():
    before = processes.cpu_seconds(os.getpid())
    until = time.perf_counter() + 0.08
    while time.perf_counter() < until:
        pass

    assert processes.cpu_seconds(os.getpid()) > before


def test_the_memory_of_a_process_is_told_in_mib():
    assert processes.memory_mib(os.getpid())[0] > 1


def test_percentiles_are_values_that_occurred():
    assert percentile([1, 2, 3, 4], 50) == 3
    assert percentile([1, 2, 3, 4], 100) == 4
    assert percentile([], 99) == 0
