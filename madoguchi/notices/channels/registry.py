"""The kinds of channels, by the scheme of their address: one line each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings

from madoguchi.notices.channels.contract import BadChannel, Channel
from madoguchi.notices.channels.folder.channel import FolderChannel
from madoguchi.notices.channels.smtp.channel import SmtpChannel

KINDS: dict[str, Callable[[str], Channel]] = {
    "folder": FolderChannel,
    "smtp": SmtpChannel,
    "smtps": SmtpChannel,
}


@functools.cache
def channel_at(url: str) -> Channel:
    """The channel of this process for an address. Raises `BadChannel`."""
    make = KINDS.get(urlsplit(url).scheme)
    if make is None:
        raise BadChannel(f"EMAIL_URL must begin with one of: {', '.join(f'{kind}://' for kind in KINDS)}")
    return make(url)


def mail_channel() -> Channel:
    """The channel that EMAIL_URL names."""
    return channel_at(settings.EMAIL_URL)
