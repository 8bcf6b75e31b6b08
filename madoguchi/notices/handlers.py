"""The jobs of this room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from madoguchi.common import clock, jobs
from madoguchi.notices import actions, hiding
from madoguchi.notices.channels import registry
from madoguchi.notices.channels.contract import Letter, Refused, TryLater
from madoguchi.notices.models import Message, MessageState


@jobs.handler(actions.SEND)
def send(payload: Mapping[str, Any]) -> None:
    """Hand a waiting message to its channel; done again it finds the message sent and does nothing."""
    message = Message.objects.filter(id=payload["message"]).first()
    if message is None or message.state != MessageState.WAITING:
        return
    try:
        registry.mail_channel().deliver(as_letter(message))
    except hiding.CannotBeOpened:
        actions.mark_refused(message=message, reason="key-gone")
        raise jobs.Dead("mail holds a secret sealed under a key that counts no more") from None
    except Refused as refusal:
        actions.mark_refused(message=message, reason=refusal.code)
        raise jobs.Dead(f"mail refused: {refusal.code}") from None
    except TryLater as delay:
        actions.mark_delayed(message=message, reason=delay.code)
        raise
    actions.mark_sent(message=message, now=clock.now())


def as_letter(message: Message) -> Letter:
    """What a channel needs of a message. Raises `hiding.CannotBeOpened`."""
    return Letter(
        id=str(message.id),
        message_id=message.message_id,
        sender=settings.EMAIL_FROM,
        to=message.to_address,
        subject=message.subject,
        body=hiding.shown(message.body),
        language=message.language,
        written_at=message.created_at,
    )


@jobs.handler("notices.look_after_waiting", every=timedelta(hours=1))
def look_after_waiting(payload: Mapping[str, Any]) -> None:
    """No mail is forgotten because its server was away for long."""
    actions.look_after_waiting(now=clock.now())


@jobs.handler("notices.erase_texts", every=timedelta(days=1))
def erase_texts(payload: Mapping[str, Any]) -> None:
    """Mails are kept only as long as the register of personal data says."""
    actions.erase_texts(now=clock.now())
