"""Mail addresses: what is certainly wrong is refused, what is probably a slip is only pointed out."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from madoguchi.procedures.definition import Question
from madoguchi.procedures.kinds import sentences
from madoguchi.procedures.kinds.base import (
    CleanContext,
    Cleaned,
    FieldError,
    Kind,
    Raw,
    Value,
    raw_text,
    typed,
)

LONGEST = 254  # RFC 5321
# Old mobile addresses may have dots at the end or in a row before the @: they work, so they are taken.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
# What people type for the common providers of Japan.
_SLIPS = {
    "gmail.com": (
        "gmai.com",
        "gmial.com",
        "gamil.com",
        "gmail.co",
        "gmail.co.jp",
        "gmail.con",
        "gmail.cm",
        "gmaill.com",
        "gmeil.com",
    ),
    "yahoo.co.jp": ("yahoo.jp", "yaho.co.jp", "yahoo.co", "yahoo.cojp", "yahooo.co.jp", "yafoo.co.jp"),
    "docomo.ne.jp": ("docomo.co.jp", "docomo.ne", "docom.ne.jp", "dokomo.ne.jp", "docomo.nejp"),
    "ezweb.ne.jp": ("ezweb.co.jp", "ezweb.ne", "ezwev.ne.jp"),
    "au.com": ("au.co.jp",),
    "i.softbank.jp": ("i.softbank.ne.jp", "i.softbank.co.jp", "isoftbank.jp"),
    "softbank.ne.jp": ("softbank.co.jp", "sofbank.ne.jp"),
    "icloud.com": ("icloud.co.jp", "iclould.com", "icoud.com", "icloud.co", "icloud.jp"),
    "outlook.jp": ("outlok.jp", "outlook.co.jp"),
    "hotmail.com": ("hotmail.co", "hotmai.com", "hotmal.com"),
}
_MEANT = {slip: right for right, slips in _SLIPS.items() for slip in slips}


class Email(Kind):
    """email: one address."""

    name: ClassVar[str] = "email"

    def clean(self, question: Question, raw: Raw, context: CleanContext) -> Cleaned:
        """Full-width characters are put right, blanks inside are dropped, the domain is written small."""
        text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed(raw))).removeprefix("mailto:")
        if not text:
            return Cleaned(None)
        if length := raw.get("#length"):
            return Cleaned(None, (sentences.too_long(sentences.whole(question, context), LONGEST, length),))
        local, at, domain = text.rpartition("@")
        value = f"{local}{at}{domain.lower()}"
        errors = self.check(question, value, context)
        return Cleaned(
            None if errors else value, errors, () if errors else self.notes(question, value, context)
        )

    def check(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """Local part, one @, a domain with a dot."""
        if isinstance(value, str) and len(value) <= LONGEST and _ADDRESS.fullmatch(value):
            return ()
        what = sentences.whole(question, context)
        if not isinstance(value, str):
            return (sentences.wrong_shape(what),)
        if len(value) > LONGEST:
            return (sentences.too_long(what, LONGEST, len(value)),)
        if value.count("@") != 1:
            message = _("%(what)sは「@」を1つ入れて入力してください。例：taro@example.jp")
        elif not value.isascii():
            message = _("%(what)sは半角の英数字と記号で入力してください。例：taro@example.jp")
        elif "." not in value.rpartition("@")[2].strip("."):
            message = _("%(what)sの「@」の後ろを確かめてください。例：taro@example.jp")
        else:
            message = _("%(what)sの書き方を確かめてください。例：taro@example.jp")
        return (FieldError("", message % {"what": what}, "not_an_address"),)

    def notes(self, question: Question, value: Value, context: CleanContext) -> tuple[FieldError, ...]:
        """A domain that is probably a slip."""
        meant = _MEANT.get(raw_text(value).rpartition("@")[2])
        if not meant:
            return ()
        message = _("「@」の後ろは「%(meant)s」ではありませんか。もう一度確かめてください。") % {
            "meant": meant
        }
        return (FieldError("", message, "probable_slip"),)

    def raw_of(self, question: Question, value: Value) -> Raw:
        """The address."""
        return {"": raw_text(value)}

    def display(self, question: Question, value: Value, lang: str) -> str:
        """The address."""
        return raw_text(value)

    def json_schema(self, question: Question) -> dict[str, Any]:
        """An address."""
        return {"type": "string", "format": "email", "maxLength": LONGEST}

    def sample(self, question: Question, number: int = 0) -> Value:
        """An address that reaches nobody."""
        return f"sample{number}@example.jp"
