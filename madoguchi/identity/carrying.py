"""Where a person wanted to go before signing in, and what they had typed there: nothing typed is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

HOME = "/desk/"
_NEVER_BACK_TO = ("/desk/sign-in/", "/desk/sign-out/")


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that was sent after the session had ended: its address and its fields, without files."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool = False


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What follows a sign-in: an own page, or a form to be sent again."""

    address: str = HOME
    carried: Carried | None = None

    def hidden_fields(self) -> list[tuple[str, str]]:
        """The fields that carry this through the forms of signing in."""
        fields = [("next", self.address)]
        if self.carried is not None:
            packed = [self.carried.path, self.carried.fields, self.carried.had_files]
            fields.append(("carried", json.dumps(packed, ensure_ascii=False)))
        return fields

    def query(self) -> str:
        """The same as the end of an address, for a redirect; fields never stand in an address."""
        return "" if self.address == HOME else f"?{urlencode({'next': self.address})}"


def wanted_by(request: HttpRequest) -> Afterwards:
    """What follows once the person who sent this request has signed in."""
    if request.path.startswith(_NEVER_BACK_TO):
        return Afterwards()
    if request.method in ("GET", "HEAD"):
        return Afterwards(own_address(request.get_full_path()))
    fields = tuple(
        (name, value)
        for name in request.POST
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in request.POST.getlist(name)
    )
    return Afterwards(HOME, Carried(request.path, fields, bool(request.FILES)))


def read(request: HttpRequest) -> Afterwards:
    """What the forms of signing in carried here; anything that is not our own page is dropped."""
    data = request.POST if request.method == "POST" else request.GET
    return Afterwards(own_address(data.get("next", "")), _unpack(request.POST.get("carried", "")))


def own_address(address: str) -> str:
    """`address` when it is a page of ours that can follow a sign-in, else the desk."""
    if (
        not address.startswith("/")
        or address.startswith("//")
        or "\\" in address
        or not address.isprintable()
    ):
        return HOME
    path = urlsplit(address).path
    return address if _is_own(path) else HOME


def _is_own(path: str) -> bool:
    if path.startswith(_NEVER_BACK_TO):
        return False
    try:
        resolve(unquote(path))
    except Resolver404:
        return False
    return True


def _unpack(text: str) -> Carried | None:
    try:
        path, fields, had_files = json.loads(text)
        if isinstance(path, str) and own_address(path) == path and "?" not in path:
            return Carried(path, tuple((str(name), str(value)) for name, value in fields), bool(had_files))
    except (ValueError, TypeError):
        pass
    return None


def sign_in_address(afterwards: Afterwards) -> str:
    """The address of the sign-in page that leads on to `afterwards`."""
    return reverse("identity:sign-in") + afterwards.query()
