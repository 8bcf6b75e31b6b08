"""What people do with filings: one function for each thing a person does."""

from madoguchi.applications.actions.approving import decide_opened
from madoguchi.applications.actions.consulting import answer_consultation, ask_again, pass_over
from madoguchi.applications.actions.decision import decide, read_later, send_back, take_back
from madoguchi.applications.actions.drafts import (
    add_file,
    carry_to_current,
    discard,
    keep_for_later,
    remove_file,
    remove_member,
    save_member,
    save_section,
    start,
)
from madoguchi.applications.actions.editing import edit_answer
from madoguchi.applications.actions.extension import extend
from madoguchi.applications.actions.filing import file_draft
from madoguchi.applications.actions.household import take_household
from madoguchi.applications.actions.messages import (
    record_contact,
    send_message,
    strike_contact,
    write_message,
)
from madoguchi.applications.actions.opinions import ask_opinions, give_opinion, withdraw_opinion
from madoguchi.applications.actions.proposing import propose
from madoguchi.applications.actions.protection import look_again, protect
from madoguchi.applications.actions.resident import answer_correction, send_document, withdraw
from madoguchi.applications.actions.review import add_note, hand_over, return_for_correction, take

__all__ = [
    "add_file",
    "add_note",
    "answer_consultation",
    "answer_correction",
    "ask_again",
    "ask_opinions",
    "carry_to_current",
    "decide",
    "decide_opened",
    "discard",
    "edit_answer",
    "extend",
    "file_draft",
    "give_opinion",
    "hand_over",
    "keep_for_later",
    "look_again",
    "pass_over",
    "propose",
    "protect",
    "read_later",
    "record_contact",
    "remove_file",
    "remove_member",
    "return_for_correction",
    "save_member",
    "save_section",
    "send_back",
    "send_document",
    "send_message",
    "start",
    "strike_contact",
    "take",
    "take_back",
    "take_household",
    "withdraw",
    "withdraw_opinion",
    "write_message",
]
