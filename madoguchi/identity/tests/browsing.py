"""Signing in with Django's test client, as a browser does it."""

from __future__ import annotations

import html
import re

from madoguchi.identity.tests.factories import NOW, PASSWORD, code_at

SIGN_IN, CODE, ENROL = "/desk/sign-in/", "/desk/sign-in/code/", "/desk/sign-in/enrol/"
NEW_PASSWORD, ACCOUNT = "/desk/sign-in/password/", "/desk/account/"


def give_password(client, staff, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"login": staff.login, "password": password} | fields)


def sign_in(client, staff, *, now=NOW):
    give_password(client, staff)
    response = client.post(CODE, {"code": code_at(now)})
    assert response.status_code == 302
    return response


def hidden_fields(response):
    """The hidden fields of the page's own form, as a browser would send them."""
    text = response.content.decode()
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found if name in ("next", "carried")}
