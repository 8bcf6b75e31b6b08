"""Static files: gathered when a source differs, named by their content, kept for ever, small on the way."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client, override_settings
from pytest_django import Settings

from madoguchi.common import jinja2env
from madoguchi.config import environment, static_files

pytestmark = [pytest.mark.slow]

REFERENCE = re.compile(r"""\bstatic\(["']([^"']+)["']\)""")


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as `madoguchi serve` puts them in place, in a folder of their own."""
    var = tmp_path_factory.mktemp("static")
    code = "from madoguchi.config import static_files; print(static_files.gather(), static_files.gather())"
    said = in_a_folder_of_its_own(var, code)
    assert said == "True False"
    return var / "static"


def in_a_folder_of_its_own(var: Path, code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=environment.ROOT,
        env={
            **os.environ,
            "MADOGUCHI_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def names(gathered: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((gathered / static_files.MANIFEST).read_text())["paths"]
    return found


def test_every_static_file_that_a_template_or_a_view_names_is_there(gathered: Path) -> None:
    package = static_files.PACKAGE
    asked = {
        name
        for path in [*package.glob("*/jinja2/**/*.html"), *package.glob("*/*.py")]
        for name in REFERENCE.findall(path.read_text("utf-8"))
    }

    assert asked - names(gathered).keys() == set()


def test_only_names_that_tell_the_content_are_served_and_each_text_has_its_compressed_twin(
    gathered: Path,
) -> None:
    for hashed in names(gathered).values():
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", hashed)
        content = (gathered / hashed).read_bytes()
        assert gzip.decompress((gathered / f"{hashed}.gz").read_bytes()) == content
    assert not (gathered / "common/site.css").exists()


def test_a_folder_that_was_cleared_is_filled_again(gathered: Path) -> None:
    (gathered / static_files.MANIFEST).unlink()

    code = "from madoguchi.config import static_files; print(static_files.gather())"

    assert in_a_folder_of_its_own(gathered.parent, code) == "True"
    assert "common/site.css" in names(gathered)


def test_the_digest_tells_every_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_files, "PACKAGE", tmp_path)
    folder = tmp_path / "common" / "static" / "common"
    folder.mkdir(parents=True)
    seen = set()

    def note() -> None:
        found = static_files.digest(static_files.sources(tmp_path))
        assert found not in seen
        seen.add(found)

    note()
    (folder / "a.css").write_text("a")
    note()
    (folder / "a.css").write_text("b")
    note()
    (folder / "a.css").rename(folder / "b.css")
    note()
    (folder / "c.css").write_text("b")
    note()


def test_files_that_cannot_be_gathered_stop_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MADOGUCHI_VAR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    (tmp_path / "static").write_text("a file where the folder should be")

    with pytest.raises(environment.BadSetting, match="static files could not be gathered"):
        static_files.gather()
    capfd.readouterr()

    (tmp_path / "static").unlink()
    assert static_files.gather()


@pytest.fixture
def served(gathered: Path, settings: Settings) -> Iterator[Client]:
    """A visitor of a site with the product's own way of serving static files."""
    settings.STATIC_ROOT = gathered
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    settings.WHITENOISE_USE_FINDERS = False
    jinja2env._header.cache_clear()  # a kept header names the mark
    yield Client()
    jinja2env._header.cache_clear()


@pytest.mark.parametrize("demo", [True, False])
def test_browsers_keep_a_file_for_ever_because_its_name_changes_with_it(served: Client, demo: bool) -> None:
    with override_settings(DEMO=demo):
        page = served.get("/contact/").content.decode()
    address = re.findall(r'href="(/static/common/site\.[0-9a-f]{12}\.css)"', page)[0]

    response = served.get(address, headers={"accept-encoding": "gzip"})

    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Set-Cookie" not in response.headers
    assert b":root" in gzip.decompress(response.getvalue())


def test_everything_a_first_page_loads_stays_far_below_sixty_kilobytes(served: Client) -> None:
    page = served.get("/contact/")
    weight = len(gzip.compress(page.content))
    for address in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.content.decode())):
        answer = served.get(address, headers={"accept-encoding": "gzip"})
        weight += len(answer.getvalue())

    assert weight < 30_000
