"""Somebody who files the reference filing over HTTP, exactly as a browser without JavaScript does it."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

PROCEDURE = "residence-certificate"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(rb'<input type="hidden" name="(seen|shown)" value="([^"]*)"')
NUMBER = re.compile(rb">\s*([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})\s*<")


class Unexpected(Exception):
    """The site answered something a filing does not expect."""


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Filed:
    """A filing whose receipt was seen: the address of the receipt, its number, who filed."""

    receipt: str
    number: str
    name: str


@dataclass
class Visitor:
    """One browser: a connection, cookies, and how long each request took."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    taken_ms: list[float] = field(default_factory=list)
    submit_ms: list[float] = field(default_factory=list)
    _socket: socket.socket | None = None

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
        """One request; a lost connection is opened again once before anything was sent."""
        data = self._encode(method, path, form)
        started = time.perf_counter()
        answer = self._exchange(data)
        self.taken_ms.append((time.perf_counter() - started) * 1000)
        return answer

    def _encode(self, method: str, path: str, form: dict[str, str] | None) -> bytes:
        body = urlencode(form).encode() if form is not None else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: ja"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def _exchange(self, data: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._socket.sendall(data)
            return self._read()
        except (OSError, Unexpected):
            self.close()
            raise

    def _read(self) -> Answer:
        assert self._socket is not None
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self._socket.recv(65536)
            if not piece:
                raise Unexpected("the connection ended")
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            if name == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
            headers[name] = value
        if headers.get("transfer-encoding") == "chunked":
            body = self._read_chunks(body)
        else:
            length = int(headers.get("content-length", 0))
            while len(body) < length:
                piece = self._socket.recv(65536)
                if not piece:
                    raise Unexpected("the answer was cut off")
                body += piece
        return Answer(int(lines[0].split()[1]), headers, body)

    def _read_chunks(self, rest: bytes) -> bytes:
        assert self._socket is not None
        body = b""
        while True:
            while b"\r\n" not in rest:
                rest += self._socket.recv(65536)
            size, _, rest = rest.partition(b"\r\n")
            length = int(size, 16)
            while len(rest) < length + 2:
                rest += self._socket.recv(65536)
            body, rest = body + rest[:length], rest[length + 2 :]
            if length == 0:
                return body

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # --- the filing -------------------------------------------------------------------------------------

    def file(self, name: str) -> Filed:
        """The whole filing: page, start, two steps, check page, submit, receipt."""
        check = self.fill(name)
        return self.receipt_of(self.submit(check), name)

    def fill(self, name: str) -> tuple[str, str]:
        """Everything up to the check page. Returns the address to submit to and the token."""
        page = self._get(f"/procedures/{PROCEDURE}/")
        first = self._post(f"/filing/{PROCEDURE}/start/", {"csrfmiddlewaretoken": _token(page)})
        second = self._step(first, applicant(name))
        check = self._step(second, REQUEST)
        return check, _token(self._get(check))

    def submit_request(self, check: tuple[str, str]) -> bytes:
        """The request that sends the filing, ready for the wire."""
        path, token = check
        return self._encode("POST", path, {"csrfmiddlewaretoken": token})

    def submit(self, check: tuple[str, str]) -> str:
        """Send the filing. Returns the address of the receipt; safe to repeat."""
        path, token = check
        started = time.perf_counter()
        answer = self.request("POST", path, {"csrfmiddlewaretoken": token})
        self.submit_ms.append((time.perf_counter() - started) * 1000)
        location = answer.headers.get("location", "")
        if answer.status != 302 or not location.startswith("/filing/r/"):
            raise Unexpected(f"submit answered {answer.status} {location}")
        return location

    def receipt_of(self, location: str, name: str) -> Filed:
        """Look at the receipt: from here on the filing counts as acknowledged."""
        answer = self._get(location)
        found = NUMBER.search(answer.body)
        if found is None:
            raise Unexpected("no receipt number on the receipt")
        return Filed(location, found.group(1).decode().replace("-", ""), name)

    def _get(self, path: str) -> Answer:
        answer = self.request("GET", path)
        if answer.status != 200:
            raise Unexpected(f"GET answered {answer.status}")
        return answer

    def _post(self, path: str, form: dict[str, str]) -> str:
        answer = self.request("POST", path, form)
        if answer.status != 302:
            raise Unexpected(f"POST answered {answer.status}")
        return answer.headers["location"]

    def _step(self, path: str, answers: dict[str, str]) -> str:
        page = self._get(path)
        hidden = {k.decode(): v.decode() for k, v in HIDDEN.findall(page.body)}
        return self._post(path, {"csrfmiddlewaretoken": _token(page), **hidden, **answers})


def _token(page: Answer) -> str:
    found = TOKEN.search(page.body)
    if found is None:
        raise Unexpected("no token on the page")
    return found.group(1).decode()


def applicant(name: str) -> dict[str, str]:
    """The answers of the first step."""
    return {
        "q.full_name": name,
        "q.kana": "モリオカ ハナコ",
        "q.birth_date.era": "showa",
        "q.birth_date.year": "60",
        "q.birth_date.month": "4",
        "q.birth_date.day": "12",
        "q.sex": "female",
        "q.email": "hanako@example.jp",
        "q.phone": "0190000000",
        "q.postcode": "020-8530",
        "q.address": "岩手県盛岡市内丸12番2号",
    }


REQUEST = {
    "q.purpose": "bank",
    "q.copies": "2",
    "q.delivery": "post",
    "q.notes": "",
    "q.agree": "1",
}
