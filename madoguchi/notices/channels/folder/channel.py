"""Mail into a folder, one `.eml` file a letter: the demo's channel, which works offline."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from madoguchi.notices.channels import mime
from madoguchi.notices.channels.contract import BadChannel, Letter, TryLater


class FolderChannel:
    """Writes letters to files; the same letter again replaces its own file."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.folder = Path(unquote(parts.path))
        if parts.netloc or not self.folder.is_absolute():
            raise BadChannel("EMAIL_URL must be like folder:///path")

    def deliver(self, letter: Letter) -> None:
        """Return when the letter is on the disk as a whole. Raises `TryLater` when it cannot be written."""
        content = mime.as_bytes(letter)
        path = self.folder / f"{letter.id}.eml"
        partial = path.with_suffix(f".{os.getpid()}.partial")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(partial, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            raise TryLater("folder-not-writable") from None

    def close(self) -> None:
        """Nothing is held open."""
