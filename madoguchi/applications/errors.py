"""Why an action was refused; views turn each into a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping


class NotAllowed(Exception):
    """The rules do not permit this move now, or not to this person."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the draft or the case since it was shown; look again, then decide."""


class AlreadyFiled(Exception):
    """The draft was filed before: its receipt is the answer."""


class NoLongerTaken(Exception):
    """The procedure was closed (受付終了): residents file it no more online; the draft stays as it is."""


class NoRoom(Exception):
    """The document takes only `room` more files."""

    def __init__(self, room: int) -> None:
        super().__init__(f"room for {room}")
        self.room = room


class NotComplete(Exception):
    """Something is missing or wrong; `problems` say what and where."""

    def __init__(self, problems: tuple[object, ...]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class MayNotFile(Exception):
    """The definition says that this person cannot file this; `reasons` are its sentences."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("may not file")
        self.reasons = reasons


class ReasonMissing(Exception):
    """A decision against the person, an extension, or a withdrawal, states its reason (行政手続法 第8条)."""


class DayOutOfRange(Exception):
    """The due day is extended to a day behind the present one, not past, and within what the law leaves."""


class AmountOutOfRange(Exception):
    """A payment, waiver or refund of nothing, or of more than `most`: what is owed, or was paid too much."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most


class FeeNotPaid(Exception):
    """The definition wants its fee before a decision in favour, and `owed` yen of it are neither paid nor waived."""

    def __init__(self, owed: int) -> None:
        super().__init__(f"{owed} owed")
        self.owed = owed


class SlotNotFree(Exception):
    """Others took the last place of the slot first, or it was closed; `question_id` is where another is chosen."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


class NothingChosen(Exception):
    """A request for correction names at least one question or document."""


class UnknownChoice(Exception):
    """A decision kind, reason code, question or document that the definition does not have."""


class NothingChanged(Exception):
    """An edit that leaves the answer as it is."""


class TooLate(Exception):
    """The case was closed too long ago to write about it."""


class ConsultationOpen(NotAllowed):
    """A consulted department has not consented yet: the decision waits, or goes on without it for a stated reason."""


class AlreadySettled(NotAllowed):
    """The proposal was decided or sent back, or the department was asked anew: this opinion comes too late."""


class NotOpened(NotAllowed):
    """The rule of the definition asks the approver to open this one before deciding it together with others."""


class SlotNotHeld(NotAllowed):
    """The case wishes a slot that it does not hold: it is booked first, or refused."""


class DecidedAlone(NotAllowed):
    """This one is not decided together with others: the definition says so, or a substitute states the absence."""


class FeeInUse(NotAllowed):
    """What was given back or kept of a fee rests on this payment: that is undone first."""


class StepsMissing(Exception):
    """The decision waits for work of others; `titles` name it."""

    def __init__(self, titles: tuple[str, ...]) -> None:
        super().__init__(f"{len(titles)} steps")
        self.titles = titles


class NotTaken(Exception):
    """People of the household who do not fit where they were to go; `sentences` by the key of each."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(f"{len(sentences)} people")
        self.sentences = sentences
