"""The papers the city hands out, each a frozen record that knows how to become a PDF.

All text is ready to be read: dates, amounts and names are formatted by the caller. Papers that a resident may
want in another language take it as `language`; a decision is an official letter and stays Japanese.
"""

import io
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import override

from madoguchi.common.pdf.render import render, render_apart


@dataclass(frozen=True)
class Row:
    """A label and its answer; line breaks in the answer are kept."""

    label: str
    answer: str


@dataclass(frozen=True)
class Section:
    """A heading and the rows under it."""

    title: str
    rows: tuple[Row, ...]


class Order(TypedDict):
    """What `render` takes."""

    template_name: str
    data: dict[str, Any]
    title: str
    issued_at: datetime
    language: str


class Paper(ABC):
    """A record that can be printed."""

    def render(self) -> bytes:
        """The PDF; for workers."""
        return render(**self._order())

    def render_apart(self) -> bytes:
        """The same PDF, made in a process of its own; for web processes."""
        return render_apart(**self._order())

    @abstractmethod
    def _order(self) -> Order:
        """The template and what it is filled with."""


@dataclass(frozen=True)
class FilingCopy(Paper):
    """控え: everything the person filed, with the receipt number and what happens next."""

    city: str
    procedure_title: str
    receipt_number: str
    filed_on: str
    sections: tuple[Section, ...]
    attachments: tuple[Row, ...]
    next_steps: tuple[str, ...]
    contact: tuple[str, ...]
    issued_at: datetime
    status_address: str = ""
    lookup_secret: str = ""
    language: str = "ja"

    def _order(self) -> Order:
        with override(self.language):
            title = _("%(procedure)s（控え）") % {"procedure": self.procedure_title}
            words = {
                "receipt_number": _("受付番号"),
                "lookup_secret": _("合言葉"),
                "filed_on": _("受付日"),
                "next_steps": _("これからの流れ"),
                "status_address": _("状況の確認"),
                "label": _("項目"),
                "answer": _("申請された内容"),
                "attachments": _("添付された書類"),
                "document": _("書類"),
                "files": _("ファイル"),
                "contact": _("問い合わせ先"),
            }
        return _ordered("filing_copy", self, title=title, words=words, language=self.language)


@dataclass(frozen=True)
class DecisionNotice(Paper):
    """決定通知書: number, date, addressee and sender as in every official letter; reason and 教示 where there are any.

    `seal` is a PNG, printed beside the sender.
    """

    city: str
    title: str
    number: str
    issued_on: str
    addressee: str
    sender: str
    body: tuple[str, ...]
    facts: tuple[Row, ...]
    reason: tuple[str, ...]
    appeal: tuple[str, ...]
    contact: tuple[str, ...]
    issued_at: datetime
    address: str = ""
    honorific: str = "様"
    seal: bytes = b""
    seal_omitted: bool = False

    def _order(self) -> Order:
        return _ordered("decision_notice", self, title=self.title, seal=list(self.seal))


@dataclass(frozen=True)
class ResumeSheet(Paper):
    """再開の控え: the code and the secret with which a draft is opened again.

    The QR code holds the address alone, never the code or the secret.
    """

    city: str
    procedure_title: str
    code: str
    secret: str
    expires_on: str
    site_address: str
    contact: tuple[str, ...]
    issued_at: datetime
    language: str = "ja"

    def _order(self) -> Order:
        with override(self.language):
            title = _("入力の続きを再開するための控え")
            words = {
                "code": _("再開コード"),
                "secret": _("合言葉"),
                "expires_on": _("再開できる期限"),
                "how": _("再開のしかた"),
                "care": _("ご注意"),
                "contact": _("問い合わせ先"),
                "qr": _("再開のページのQRコード"),
            }
            steps = [
                _("下のアドレスを開くか、QRコードを読み取ります。"),
                _("再開コードと合言葉を入力します。"),
                _("「続きを開く」を押すと、前回の続きから入力できます。"),
            ]
            cares = [
                _("この控えを持つ人は、入力した内容を見ることができます。大切に保管してください。"),
                _("期限を過ぎると、入力した内容は消えます。"),
                _("申請はまだ終わっていません。最後まで入力して送信してください。"),
            ]
        return _ordered(
            "resume_sheet",
            self,
            title=title,
            words=words,
            steps=steps,
            cares=cares,
            qr=_qr(self.site_address),
            language=self.language,
        )


@dataclass(frozen=True)
class Letter(Paper):
    """文書: any other letter, and lists to be printed at the counter; empty parts are left out."""

    city: str
    title: str
    paragraphs: tuple[str, ...]
    issued_at: datetime
    issued_on: str = ""
    number: str = ""
    addressee: str = ""
    honorific: str = "様"
    sender: str = ""
    lists: tuple[Section, ...] = ()
    contact: tuple[str, ...] = ()

    def _order(self) -> Order:
        return _ordered("letter", self, title=self.title)


def _ordered(template: str, document: Any, *, title: str, language: str = "ja", **more: Any) -> Order:
    fields = asdict(document) | more
    issued_at = fields.pop("issued_at")
    return {
        "template_name": template,
        "data": fields,
        "title": title,
        "issued_at": issued_at,
        "language": language,
    }


def _qr(address: str) -> str:
    import segno

    target = io.BytesIO()
    segno.make(address, error="m").save(target, kind="svg", border=0, xmldecl=False)
    return target.getvalue().decode()
