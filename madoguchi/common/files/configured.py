"""The store and the scanner of this installation."""

from functools import lru_cache

from django.conf import settings

from madoguchi.common.files.registry import open_scanner, open_store
from madoguchi.common.files.scanning import Scanner
from madoguchi.common.files.store import Store


def configured() -> tuple[Store, Scanner]:
    """What `FILES_URL` and `CLAMD_URL` name; opened once per process and address."""
    return _opened(settings.FILES_URL, settings.CLAMD_URL)


@lru_cache(maxsize=4)
def _opened(files_url: str, clamd_url: str) -> tuple[Store, Scanner]:
    return open_store(files_url), open_scanner(clamd_url)
