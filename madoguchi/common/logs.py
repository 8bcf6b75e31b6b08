"""Lines of the log that tell where a fault is and hold nobody's data.

The text of an error may quote what people typed: PostgreSQL names the values of a row that breaks a constraint.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator

MOST_FRAMES = 60
OURS = "madoguchi."


class Formatter(logging.Formatter):
    """Shows errors by type and place, never by text; messages stay, and texts of errors that this product words."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and under it the errors; what another formatter left in the record is not used."""
        error = record.exc_info[1] if record.exc_info else None
        record.message = _without_texts(_message(record), error)
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = [self.formatMessage(record)]
        if error is not None:
            lines.extend(_described(error))
        return "\n".join(lines)


def _message(record: logging.LogRecord) -> str:
    """The message; an error among its arguments is shown by its type unless its text is ours."""
    message = _worded(record.msg) if isinstance(record.msg, BaseException) else str(record.msg)
    if isinstance(record.args, tuple) and record.args:
        return message % tuple(_worded(a) if isinstance(a, BaseException) else a for a in record.args)
    return message % record.args if record.args else message


def _worded(error: BaseException) -> str:
    return str(error) if type(error).__module__.startswith(OURS) else type(error).__name__


def _without_texts(message: str, error: BaseException | None) -> str:
    """Django words some messages as `str(error)`."""
    for each, _relation in _chain(error):
        text = str(each)
        if text and not type(each).__module__.startswith(OURS):
            message = message.replace(text, type(each).__name__)
    return message


def _described(error: BaseException) -> Iterator[str]:
    for each, relation in _chain(error):
        yield f"  {relation}{type(each).__module__}.{type(each).__qualname__}"
        frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(each.__traceback__)]
        if len(frames) > MOST_FRAMES:
            yield f"    … {len(frames) - MOST_FRAMES} more"
        for code, line in frames[-MOST_FRAMES:]:
            yield f"    {code.co_filename}:{line}:{code.co_name}"


def _chain(error: BaseException | None) -> Iterator[tuple[BaseException, str]]:
    """The error, then what it came from, each once; errors of a group after the group."""
    waiting = [] if error is None else [(error, "")]
    seen: set[int] = set()
    while waiting:
        each, relation = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each, relation
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        if cause is not None:
            waiting.append((cause, "from "))
        if isinstance(each, BaseExceptionGroup):
            waiting.extend((member, "with ") for member in each.exceptions)
