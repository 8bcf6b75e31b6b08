"""A department with its people and their browsers, for tests of the desk."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.test import Client
from django.urls import reverse

from madoguchi.applications.models import Application
from madoguchi.applications.tests.factories import department_of, offered, somebody
from madoguchi.audit.models import AuditEntry
from madoguchi.identity.models import Staff
from madoguchi.organization.models import Department
from madoguchi.organization.tests.factories import DepartmentFactory, signed_in_client, staff_with


@dataclass
class Desk:
    """The department of 児童手当: officer, second officer, approver, head; a stranger and an administrator."""

    department: Department
    people: dict[str, Staff]
    browsers: dict[str, Client] = field(default_factory=dict)

    def browser(self, who: str) -> Client:
        """The browser in which this person has signed in."""
        if who not in self.browsers:
            self.browsers[who] = signed_in_client(self.people[who])
        return self.browsers[who]

    def __getitem__(self, who: str) -> Staff:
        return self.people[who]


def open_desk() -> Desk:
    """The people of the department, and two from elsewhere."""
    department = department_of(offered())
    people = {
        "officer": somebody("officer", department, display_name="立花 和也"),
        "second": somebody("officer", department, display_name="山本 実"),
        "approver": somebody("approver", department, display_name="高橋 健一"),
        "head": somebody("head", department, display_name="中村 拓也"),
        "stranger": staff_with(
            "officer", department=DepartmentFactory(name="税務課"), display_name="佐藤 一"
        ),
        "administrator": staff_with(
            "administrator", department=DepartmentFactory(), display_name="阿部 千尋"
        ),
    }
    return Desk(department, people)


def url_of(name: str, application: Application, *more: object) -> str:
    """The address of a page of a case."""
    return reverse(f"desk:{name}", args=[application.id, *more])


def audited(application: Application) -> list[str]:
    """What the audit record says was done to a case by staff at the desk, in order."""
    entries = AuditEntry.objects.filter(subject=f"application:{application.id}").order_by("at", "id")
    return [entry.act for entry in entries]


def text_of(response: object) -> str:
    """The page."""
    content: bytes = getattr(response, "content")  # noqa: B009
    return content.decode()
