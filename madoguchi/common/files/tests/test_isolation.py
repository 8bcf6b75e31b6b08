import io
import json
import os
import subprocess
import sys
import tempfile
from typing import Any

import pytest

from madoguchi.common.files import decoding, isolation
from madoguchi.common.files.isolation import run_isolated
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.store import StorageFull
from madoguchi.common.files.tests.making import jpeg

PARAMS: dict[str, str | int | float] = {
    "decoder": "JPEG",
    "max_pixels": 1_000_000,
    "max_side": 100,
    "max_bytes": 1_000_000,
}


def isolated(
    content: bytes, task: str = "image", params: dict[str, str | int | float] | None = None
) -> tuple[dict[str, Any], bytes]:
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as target:
        source.write(content)
        source.flush()
        report = run_isolated(task, source, target, PARAMS if params is None else params)
        target.seek(0)
        return report, target.read()


def child(code: str) -> subprocess.CompletedProcess[bytes]:
    """Run code in a process that has set its bounds as the decoding process does."""
    start = "import sys; from madoguchi.common.files import decoding; decoding.set_bounds();"
    return subprocess.run(
        [sys.executable, "-c", start + code],
        env={"PYTHONPATH": str(isolation.PACKAGE_ROOT)},
        capture_output=True,
        check=False,
    )


@pytest.mark.slow
def test_a_picture_comes_back_from_its_own_process_with_a_report():
    report, content = isolated(jpeg(400, 200))

    assert report == {"media_type": "image/jpeg", "width": 100, "height": 50}
    assert content.startswith(b"\xff\xd8\xff")


@pytest.mark.slow
def test_a_refusal_crosses_the_border_with_its_numbers():
    with pytest.raises(Refused) as refused:
        isolated(jpeg(2000, 1000))

    assert refused.value.code is Refusal.IMAGE_TOO_MANY_PIXELS
    assert refused.value.params == {"most": 1}


@pytest.mark.slow
def test_a_process_that_dies_is_a_refusal_and_not_an_error():
    with pytest.raises(Refused) as refused:
        isolated(jpeg(), params={})

    assert refused.value.code is Refusal.TOO_COMPLEX


@pytest.mark.slow
def test_a_process_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(isolation, "WALL_SECONDS", 0.01)

    with pytest.raises(Refused) as refused:
        isolated(jpeg())

    assert refused.value.code is Refusal.TOO_COMPLEX


def test_more_than_a_few_at_once_wait_and_then_are_asked_to_come_back(monkeypatch):
    monkeypatch.setattr(isolation, "WAIT_SECONDS", 0.01)
    for _ in range(isolation.AT_ONCE):
        isolation._slots.acquire()
    try:
        with pytest.raises(Refused) as refused:
            isolated(jpeg())
    finally:
        isolation._slots.release(isolation.AT_ONCE)

    assert refused.value.code is Refusal.BUSY


@pytest.mark.slow
def test_a_decoder_cannot_take_all_the_memory():
    finished = child("bytearray(3 * 1024**3)")

    assert finished.returncode == 1
    assert b"MemoryError" in finished.stderr


@pytest.mark.slow
def test_a_decoder_cannot_fill_the_disk(tmp_path):
    finished = child(f"open({str(tmp_path / 'large')!r}, 'wb').truncate(decoding.OUTPUT_BYTES + 1)")

    assert finished.returncode == 1
    assert b"File too large" in finished.stderr


@pytest.mark.slow
def test_a_decoder_cannot_compute_for_ever():
    finished = child("import resource; sys.stdout.write(str(resource.getrlimit(resource.RLIMIT_CPU)))")

    assert finished.stdout == b"(20, 20)"


@pytest.mark.slow
def test_a_decoder_is_given_no_secret_of_ours(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    seen = {}
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda *args, **options: (seen.update(options["env"]), run(*args, **options))[1]
    )

    isolated(jpeg())

    assert set(seen) == {"PYTHONPATH", "PATH", "LC_ALL", "OMP_NUM_THREADS"}


def test_a_lack_of_memory_inside_a_task_is_reported(monkeypatch):
    def hungry(_source, _target):
        raise MemoryError

    monkeypatch.setattr(decoding, "task_named", lambda _name: hungry)

    assert decoding.run("image", io.BytesIO(), io.BytesIO(), {})["refused"] == "too_complex"


def test_a_full_disk_inside_a_task_is_no_fault_of_the_file(monkeypatch):
    def full(_source, _target):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(decoding, "task_named", lambda _name: full)
    report = decoding.run("image", io.BytesIO(), io.BytesIO(), {})
    finished = subprocess.CompletedProcess([], 0, json.dumps(report).encode())

    with pytest.raises(StorageFull):
        isolation._read_report(finished)


def test_an_unknown_task_is_an_error_of_ours():
    with pytest.raises(ValueError):
        decoding.task_named("shell")


@pytest.mark.slow
def test_the_web_process_loads_no_decoder():
    code = (
        "import sys, django.conf; django.conf.settings.configure();"
        "import madoguchi.common.files.intake, madoguchi.common.files.serving, madoguchi.common.files.messages,"
        " madoguchi.common.files.configured;"
        "sys.exit(','.join({'PIL', 'pypdf', 'pi_heif', 'pypdfium2', 'boto3'} & set(sys.modules)))"
    )

    finished = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(isolation.PACKAGE_ROOT)},
        capture_output=True,
        check=False,
    )

    assert finished.stderr.decode().strip() == ""
