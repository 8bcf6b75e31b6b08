"""Rows for tests: plain functions with traits as keywords."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from django.test import Client

from madoguchi.common import clock
from madoguchi.common.ids import new_token
from madoguchi.identity.models import Staff
from madoguchi.identity.queries import SESSION_KEY
from madoguchi.identity.tests.factories import StaffFactory, StaffSessionFactory
from madoguchi.organization.models import ClosedDay, Department, Posting, Reorganisation, Succession
from madoguchi.organization.rules import Role

SINCE = date(2020, 4, 1)

_numbers = itertools.count(1)


def DepartmentFactory(**fields: Any) -> Department:
    number = next(_numbers)
    values = {
        "code": f"department-{number}",
        "name": f"第{number}課",
        "name_kana": f"ダイ{number}カ",
        "phone": "019-000-1000",
        "hours": "平日 8時30分〜17時15分",
        "place": "本館1階",
        "valid_from": SINCE,
    }
    return Department.objects.create(**values | fields)


def PostingFactory(**fields: Any) -> Posting:
    fields["staff"] = fields.get("staff") or StaffFactory()
    fields["department"] = fields.get("department") or DepartmentFactory()
    return Posting.objects.create(**{"role": Role.OFFICER, "valid_from": SINCE} | fields)


def ClosedDayFactory(**fields: Any) -> ClosedDay:
    return ClosedDay.objects.create(
        **{"day": date(2027, 1, 4) + timedelta(days=next(_numbers)), "name": "臨時"} | fields
    )


def ReorganisationFactory(**fields: Any) -> Reorganisation:
    values = {"name": f"組織改正{next(_numbers)}", "on_day": date(2027, 4, 1)}
    return Reorganisation.objects.create(**values | fields)


def SuccessionFactory(**fields: Any) -> Succession:
    for name in ("old", "new"):
        fields[name] = fields.get(name) or DepartmentFactory()
    fields["reorganisation"] = fields.get("reorganisation") or ReorganisationFactory()
    return Succession.objects.create(**fields)


def staff_with(*roles: str, department: Department | None = None, **fields: Any) -> Staff:
    """Somebody with these roles in one department."""
    staff = StaffFactory(**fields)
    department = department or DepartmentFactory()
    for role in roles:
        PostingFactory(staff=staff, department=department, role=role)
    return staff


def signed_in_client(staff: Staff, **options: Any) -> Client:
    """A browser in which this person has signed in, code and all."""
    client, token = Client(**options), new_token()
    StaffSessionFactory(staff=staff, token=token, now=clock.now())
    session = client.session
    session[SESSION_KEY] = token
    session.save()
    client.cookies["madoguchi_session"] = str(session.session_key)
    return client
