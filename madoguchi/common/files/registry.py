"""The kinds of stores and scanners there are, by the scheme of their address."""

from collections.abc import Callable
from urllib.parse import urlsplit

from madoguchi.common.files.clamd import open_clamd
from madoguchi.common.files.folder import open_folder
from madoguchi.common.files.s3 import open_s3
from madoguchi.common.files.scanning import NoScanner, Scanner
from madoguchi.common.files.store import StorageUnavailable, Store

STORES: dict[str, Callable[[str], Store]] = {
    "file": open_folder,
    "s3": open_s3,
}
SCANNERS: dict[str, Callable[[str], Scanner]] = {
    "": NoScanner.open,
    "tcp": open_clamd,
    "unix": open_clamd,
}


class UnknownAddress(ValueError):
    """A setting names a kind of store or scanner that does not exist."""


def open_store(url: str) -> Store:
    """The store at this address: `file:///folder` or `s3://bucket/prefix?endpoint=…`."""
    try:
        return STORES[urlsplit(url).scheme](url)
    except (KeyError, StorageUnavailable) as error:
        raise UnknownAddress("FILES_URL must be file:///folder or s3://bucket/prefix?endpoint=…") from error


def open_scanner(url: str) -> Scanner:
    """The scanner at this address: `tcp://host:3310`, `unix:///run/clamd.sock`, or empty for none."""
    try:
        return SCANNERS[urlsplit(url).scheme](url)
    except (KeyError, ValueError) as error:
        raise UnknownAddress("CLAMD_URL must be tcp://host:port, unix:///path or empty") from error
