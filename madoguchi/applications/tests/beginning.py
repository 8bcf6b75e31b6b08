"""Filings that have just begun, for the tests of pages of questions."""

from __future__ import annotations

from typing import Any

from madoguchi.applications.models import Draft
from madoguchi.applications.tests.offers import asked, section, small
from madoguchi.applications.tests.visitor import Page, Visitor
from madoguchi.common.files.intake import Accepted

PROCEDURE = "residence-certificate"
YES = {"question": "moved", "is": "yes"}


def begun(*sections: dict[str, Any], **keys: Any) -> tuple[Visitor, Page]:
    """A visitor on the first page of a procedure with these sections."""
    small(*sections, **keys)
    visitor = Visitor()
    return visitor, visitor.start(PROCEDURE)


def children(**keys: Any) -> dict[str, Any]:
    """A section with a group of children."""
    group = asked(
        "children",
        "group",
        item_label="お子さん",
        questions=[asked("child_name"), asked("child_mail", "email", required=False)],
        **keys,
    )
    return section("kids", group)


def accepted(digest: str = "a" * 64) -> Accepted:
    """A file as intake hands it over."""
    return Accepted(digest, "photo.jpg", "image/jpeg", 100, 1, digest, 100, True)


def names(draft: Draft) -> list[str]:
    """The children of a stored draft."""
    draft.refresh_from_db()
    return [child.get("child_name", "") for child in draft.answers["children"]]
