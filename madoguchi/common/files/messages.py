"""What people read about files: what they may send, and, when one is not taken, what to do now."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from madoguchi.common.files.intake import Limits
from madoguchi.common.files.refusals import Refusal, Refused
from madoguchi.common.files.store import StorageError, StorageFull


def promise(*, accept: Iterable[str], limits: Limits, max_files: int) -> str:
    """Said before anything is chosen: kinds, size and number."""
    accepted = set(accept)
    if accepted == {"image"}:
        kinds = _("写真（JPEG、PNG、HEIC、WebP）")
    elif accepted == {"pdf"}:
        kinds = _("PDF")
    else:
        kinds = _("写真（JPEG、PNG、HEIC、WebP）またはPDF")
    size = _("1つ%(size)sまで") % {"size": megabytes(limits.max_bytes)}
    count = _("%(count)sつまで送れます") % {"count": max_files}
    return _("%(kinds)s。%(size)s、%(count)s。") % {"kinds": kinds, "size": size, "count": count}


def sentence(error: Refused | StorageError) -> str:
    """Why a file was not taken and what to do, in plain Japanese."""
    if isinstance(error, StorageFull):
        return _(
            "いま、ファイルを保存する場所がいっぱいです。時間をおいて、もう一度送ってください。入力した内容は消えていません。"
        )
    if isinstance(error, StorageError):
        return _(
            "いま、ファイルを保存できません。少し時間をおいて、もう一度送ってください。入力した内容は消えていません。"
        )
    return SENTENCES[error.code](error)


def megabytes(size: int) -> str:
    """A size as phones show it."""
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + "MB"


def _too_large(refused: Refused) -> str:
    return _("ファイルが大きすぎます（上限%(most)s）。写真を小さくするか、分けて送ってください。") % {
        "most": megabytes(int(refused.params["most"]))
    }


def _too_many_pixels(refused: Refused) -> str:
    return _(
        "写真の画素数が多すぎます（上限%(most)s万画素）。カメラの設定で小さくして撮り直してください。"
    ) % {"most": int(refused.params["most"]) * 100}


def _too_many_pages(refused: Refused) -> str:
    return _(
        "PDFのページが多すぎます（%(pages)sページ、上限%(most)sページ）。必要なページだけにして送ってください。"
    ) % {
        "pages": refused.params["pages"],
        "most": refused.params["most"],
    }


def _not_accepted(refused: Refused) -> str:
    if refused.params["family"] == "pdf":
        return _("ここではPDFを受け取れません。写真（JPEG、PNG、HEIC、WebP）を送ってください。")
    return _("ここでは写真を受け取れません。PDFを送ってください。")


def _mislabelled(refused: Refused) -> str:
    extension = {"extension": refused.params["extension"]}
    if refused.params["family"] == "pdf":
        return (
            _(
                "名前は「.%(extension)s」ですが、中身がPDFではありません。元の書類を開いて確かめ、もう一度送ってください。"
            )
            % extension
        )
    return (
        _(
            "名前は「.%(extension)s」ですが、中身が写真ではありません。写真を開いて確かめ、もう一度送ってください。"
        )
        % extension
    )


SENTENCES: dict[Refusal, Callable[[Refused], str]] = {
    Refusal.EMPTY: lambda _refused: _("ファイルの中身が空です。選び直して、もう一度送ってください。"),
    Refusal.TOO_LARGE: _too_large,
    Refusal.INTERRUPTED: lambda _refused: _(
        "送信が途中で切れました。通信の良い場所で、もう一度送ってください。"
    ),
    Refusal.TYPE_UNKNOWN: lambda _refused: _(
        "この種類のファイルは受け取れません。写真（JPEG、PNG、HEIC、WebP）かPDFを送ってください。"
    ),
    Refusal.TYPE_NOT_ACCEPTED: _not_accepted,
    Refusal.MISLABELLED: _mislabelled,
    Refusal.ARCHIVE: lambda _refused: _(
        "圧縮ファイル（ZIPなど）やWord・Excelのファイルは受け取れません。PDFにするか、写真に撮って送ってください。"
    ),
    Refusal.IMAGE_BROKEN: lambda _refused: _(
        "写真が壊れているか、途中で切れています。撮り直すか、選び直して送ってください。"
    ),
    Refusal.IMAGE_TOO_MANY_PIXELS: _too_many_pixels,
    Refusal.PDF_BROKEN: lambda _refused: _(
        "PDFを開けませんでした。壊れている可能性があります。作り直すか、紙を写真に撮って送ってください。"
    ),
    Refusal.PDF_LOCKED: lambda _refused: _(
        "パスワードのかかったPDFは受け取れません。パスワードを外すか、印刷したものを写真に撮って送ってください。"
    ),
    Refusal.PDF_ACTIVE: lambda _refused: _(
        "このPDFには、動く仕組みや別のファイルが含まれているため受け取れません。"
        "「印刷」から「PDFとして保存」を選んで作り直すか、紙を写真に撮って送ってください。"
    ),
    Refusal.PDF_TOO_MANY_PAGES: _too_many_pages,
    Refusal.TOO_COMPLEX: lambda _refused: _(
        "ファイルの作りが複雑で、安全に開けませんでした。作り直すか、紙を写真に撮って送ってください。"
    ),
    Refusal.INFECTED: lambda _refused: _(
        "ウイルスのおそれがあるため受け取れません。このファイルは保存していません。お使いの機器を検査し、別のファイルを送ってください。"
    ),
    Refusal.SCAN_UNAVAILABLE: lambda _refused: _(
        "いま、ファイルの安全を確かめられません。少し時間をおいて、もう一度送ってください。入力した内容は消えていません。"
    ),
    Refusal.BUSY: lambda _refused: _(
        "ただいま混み合っています。1分ほど待って、もう一度送ってください。入力した内容は消えていません。"
    ),
}
