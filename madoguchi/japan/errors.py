"""The root of every refusal of this room: a code for the room above to put into words."""


class JapanError(ValueError):
    """Something typed cannot be what it should be; `code` says why, and the typed text is never repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
