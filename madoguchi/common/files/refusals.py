"""Why a file is not taken: one code for each reason, so that every channel can say it in its own words."""

from enum import StrEnum


class Refusal(StrEnum):
    """The reasons; the sentence for each stands in `messages`."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    INTERRUPTED = "interrupted"
    TYPE_UNKNOWN = "type_unknown"
    TYPE_NOT_ACCEPTED = "type_not_accepted"
    MISLABELLED = "mislabelled"
    ARCHIVE = "archive"
    IMAGE_BROKEN = "image_broken"
    IMAGE_TOO_MANY_PIXELS = "image_too_many_pixels"
    PDF_BROKEN = "pdf_broken"
    PDF_LOCKED = "pdf_locked"
    PDF_ACTIVE = "pdf_active"
    PDF_TOO_MANY_PAGES = "pdf_too_many_pages"
    TOO_COMPLEX = "too_complex"
    INFECTED = "infected"
    SCAN_UNAVAILABLE = "scan_unavailable"
    BUSY = "busy"


TEMPORARY = {Refusal.INTERRUPTED, Refusal.SCAN_UNAVAILABLE, Refusal.BUSY}


class Refused(Exception):
    """A file is not taken. Its text is the code alone: never the file's name or content."""

    def __init__(self, code: Refusal, **params: str | int) -> None:
        super().__init__(code.value)
        self.code, self.params = code, params

    @property
    def is_temporary(self) -> bool:
        """Whether the same file may be taken if it is sent again later."""
        return self.code in TEMPORARY
