"""Requests that no view should have to look at get a clear page and never a fault of the server."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django import Settings

from madoguchi.common import access, middleware
from madoguchi.common.urls import urlpatterns as ordinary
from madoguchi.common.views import choose_display

BOUNDARY = "BoUnDaRy"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
FORM = "application/x-www-form-urlencoded"


@access.public
def broken_off(request: HttpRequest) -> HttpResponse:
    raise UnreadablePostError


urlpatterns = [
    *ordinary,
    path("procedures/", choose_display, name="elsewhere"),
    path("broken-off/", broken_off, name="broken-off"),
]
handler400 = "madoguchi.common.views.bad_request"
handler404 = "madoguchi.common.views.not_found"
handler500 = "madoguchi.common.views.server_error"

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def visitor() -> Client:
    """A client that sees what a browser would see, also when the server fails."""
    return Client(raise_request_exception=False)


def sent(visitor: Client, body: bytes | str, content_type: str = FORM, **headers: Any) -> Any:
    return visitor.generic("POST", "/display/", body, content_type=content_type, **headers)


def title_of(response: Any) -> str:
    text: str = response.content.decode()
    return text.partition("<title>")[2].partition(" |")[0]


def part(name: str, value: str, file_name: str = "") -> str:
    file = f'; filename="{file_name}"' if file_name else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'


# --- the wrong method ------------------------------------------------------------------------------------------


def test_opening_an_address_that_a_button_posts_to_says_so(visitor: Client) -> None:
    response = visitor.get("/display/")

    assert (response.status_code, title_of(response)) == (405, "この操作はできません")
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_sending_to_an_address_that_is_only_read_says_so(visitor: Client, method: str) -> None:
    response = visitor.generic(method, "/contact/")

    assert (response.status_code, title_of(response)) == (405, "この操作はできません")
    assert response.headers["Allow"] == "GET, HEAD"


# --- too much --------------------------------------------------------------------------------------------------


def test_too_much_text_is_too_much(visitor: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = sent(visitor, "q.a=" + "x" * 2000)

    assert (response.status_code, title_of(response)) == (413, "一度に送れる量を超えました")


def test_too_many_fields_are_too_much(visitor: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10

    assert sent(visitor, "&".join(f"q{n}=1" for n in range(20))).status_code == 413


def test_too_many_files_are_too_much(visitor: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    body = "".join(part(f"q.{n}", "x", "a.png") for n in range(5)) + f"--{BOUNDARY}--\r\n"

    assert sent(visitor, body, MULTIPART).status_code == 413


def test_a_request_that_announces_too_much_is_refused_before_it_is_read(
    visitor: Client, settings: Settings
) -> None:
    class Untouched(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("the body was read")

    announced = {"CONTENT_LENGTH": str(settings.REQUEST_MAX_BYTES + 1), "wsgi.input": Untouched()}
    response = sent(visitor, b"", MULTIPART, **announced)

    assert (response.status_code, title_of(response)) == (413, "一度に送れる量を超えました")


def test_twenty_files_of_the_largest_size_are_not_too_much(settings: Settings) -> None:
    assert settings.REQUEST_MAX_BYTES >= 20 * 10 * 1024 * 1024 + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


# --- what cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (part("q.a", "x"), "multipart/form-data"),
        (part("q.a", "x"), "multipart/form-data; boundary="),
        (part("q.a", "x"), "multipart/form-data; boundary=\u00e9"),
        (part("q.a", "x"), "multipart/form-data; boundary=" + "x" * 500),
        ("q.a=x", FORM + "; charset=shift_jis"),
        ("q.a=x", FORM + "; charset=rot13"),
        (part("q.a", "x") + f"--{BOUNDARY}--\r\n", MULTIPART + "; charset=utf-16"),
        ("q.a=a%00b", FORM),
        ("q%00=a", FORM),
        (part("q.a", "a\0b") + f"--{BOUNDARY}--\r\n", MULTIPART),
    ],
)
def test_what_cannot_be_read_is_said_clearly(visitor: Client, body: str, content_type: str) -> None:
    response = sent(visitor, body, content_type)

    assert (response.status_code, title_of(response)) == (400, "送られた内容を受け取れませんでした")


@pytest.mark.parametrize("body", ["", "--", f"--{BOUNDARY}", part("q.a", "x")[:-10], "\0" * 100, "é" * 100])
def test_a_torn_form_is_no_fault_of_the_server(visitor: Client, body: str) -> None:
    assert sent(visitor, body, MULTIPART).status_code in (302, 400)


@pytest.mark.parametrize("address", ["/contact/?q=%00", "/contact/%00/", "/contact/?q=a%00b&x", "/%00"])
def test_a_null_byte_in_an_address_is_said_clearly(visitor: Client, address: str) -> None:
    response = visitor.get(address)

    assert (response.status_code, title_of(response)) == (400, "送られた内容を受け取れませんでした")


@pytest.mark.parametrize("coding", ["shift_jis", "utf-16", "idna", "unicode_escape"])
def test_a_page_that_is_only_read_is_not_confused_by_a_text_coding(visitor: Client, coding: str) -> None:
    response = visitor.get("/contact/?q=x", headers={"content-type": f"text/html; charset={coding}"})

    assert response.status_code == 400


def test_utf_8_by_any_of_its_names_is_taken(visitor: Client) -> None:
    for name in ("utf-8", "UTF-8", "utf8"):
        content_type = f"{MULTIPART}; charset={name}"
        assert (
            sent(visitor, part("display", "large") + f"--{BOUNDARY}--\r\n", content_type).status_code == 302
        )


@pytest.mark.parametrize("host", ["", " ", "a b", "a_b.example", "a/b", "example.com:port", "[::1", "%00"])
def test_a_host_that_cannot_be_is_said_clearly(visitor: Client, host: str) -> None:
    response = visitor.get("/contact/", headers={"host": host})

    assert response.status_code == 400
    assert title_of(response) == "送られた内容を受け取れませんでした"


def test_a_real_city_answers_to_its_own_name_only(visitor: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["madoguchi.city.example"]

    assert visitor.get("/contact/", headers={"host": "evil.example"}).status_code == 400
    assert visitor.get("/contact/", headers={"host": "madoguchi.city.example"}).status_code == 200


def test_a_visitor_who_went_away_while_sending_is_no_fault_of_the_server(visitor: Client) -> None:
    assert visitor.post("/broken-off/").status_code == 400


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
def test_a_body_that_ends_early_is_no_fault_of_the_server(content_type: str, protected: bool) -> None:
    class Torn(BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError("connection reset")

    visitor = Client(raise_request_exception=False, enforce_csrf_checks=protected)
    visitor.cookies["madoguchi_csrf"] = "x" * 32

    response = sent(visitor, b"", content_type, **{"CONTENT_LENGTH": "1000", "wsgi.input": Torn()})

    assert response.status_code in (302, 400, 403)


def test_a_length_that_is_no_number_counts_as_nothing() -> None:
    for length in ("", "abc", "-1", "１０"):
        request = RequestFactory().get("/")
        request.META["CONTENT_LENGTH"] = length
        assert middleware._announced_bytes(request) == 0


def test_ordinary_signs_are_taken(visitor: Client) -> None:
    for text in ("髙﨑𠮷辻\U000e0100", "😀", "%", "a\r\nb\tc"):
        assert visitor.post("/display/", {"q.a": text, "display": "large"}).status_code == 302
