"""The menu of staff shows what the person may open, and nothing to somebody without a role."""

from __future__ import annotations

import pytest

from madoguchi.organization.tests.factories import signed_in_client, staff_with

pytestmark = pytest.mark.django_db


def test_somebody_without_a_role_sees_no_entry():
    page = signed_in_client(staff_with()).get("/desk/account/").content.decode()

    menu = page[page.index("desk-nav") :]
    assert "href" not in menu[: menu.index("</nav>")]
