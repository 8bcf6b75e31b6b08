"""Where the mail server is: `smtp://user:password@host:587?tls=starttls` or `smtps://user:password@host`.

Without `tls` a connection is encrypted by STARTTLS, except to this machine itself.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from madoguchi.notices.channels.contract import BadChannel

TLS = ("starttls", "implicit", "none")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""

    def tls_context(self) -> ssl.SSLContext:
        """Certificates are always verified, by the system's authorities or by the file `ca`."""
        return ssl.create_default_context(cafile=self.ca or None)


def read_server(url: str) -> Server:
    """The server an EMAIL_URL names. Raises `BadChannel`; the text never repeats the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadChannel("EMAIL_URL cannot be read: smtp://user:password@host:587?tls=starttls") from None
    options = dict(parse_qsl(parts.query))
    unknown = set(options) - {"tls", "ca"}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or unknown:
        raise BadChannel("EMAIL_URL must be like smtp://user:password@host:587?tls=starttls")
    implicit = parts.scheme == "smtps"
    loopback = parts.hostname in _LOOPBACK
    tls = "implicit" if implicit else options.get("tls", "none" if loopback else "starttls")
    if tls not in TLS or (implicit and "tls" in options):
        raise BadChannel("EMAIL_URL: tls must be starttls or none; smtps:// needs no tls")
    if tls == "none" and parts.username and not loopback:
        raise BadChannel("EMAIL_URL: a password may not cross the network with tls=none")
    return Server(
        host=parts.hostname,
        port=port or (465 if implicit else 587 if parts.username else 25),
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca=options.get("ca", ""),
    )
