"""Files of a case, looked at without letting them act: pages drawn by us, and a download."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from madoguchi.applications.desk_files import PAGE, CaseFiles, file_label
from madoguchi.applications.models import Attachment
from madoguchi.applications.views.desk.case import SEES, head_of
from madoguchi.applications.views.desk.opening import OpenCase, with_case
from madoguchi.common.files import serving
from madoguchi.common.files.configured import configured
from madoguchi.common.files.refusals import Refused
from madoguchi.common.files.store import NotStored, StorageError
from madoguchi.common.pages import render

AT_ONCE = 10  # pages of a file on one page of the viewer


def _attachment(case: OpenCase, attachment_id: uuid.UUID) -> Attachment:
    """A file of this case, also one that was replaced; to who is only asked about it, a paper. Raises `Http404`."""
    found = Attachment.objects.filter(id=attachment_id, owner_id=case.application.id).first()
    if found is None:
        raise Http404
    if case.by_chain and not CaseFiles(case.application, case.definition).has_paper(attachment_id):
        raise Http404
    case.shown = "file"
    case.looked_at["file"] = str(attachment_id)
    return found


@with_case(*SEES, chain="open")
@require_GET
def viewer(request: HttpRequest, case: OpenCase, attachment_id: uuid.UUID) -> HttpResponse:
    """The pages of a file as pictures, with a link to download it."""
    attachment = _attachment(case, attachment_id)
    pages, fault = _pages(attachment)
    asked = request.GET.get("from", "")
    first = min(max(int(asked), 1), max(pages, 1)) if asked.isdecimal() and len(asked) < 5 else 1
    last = min(first + AT_ONCE - 1, pages)
    here = reverse("desk:file", args=[case.application.id, attachment_id])
    context = head_of(case) | {
        "attachment": attachment,
        "label": file_label(case.application, case.definition, attachment.document_id),
        "pages": [
            (number, reverse("desk:file_page", args=[case.application.id, attachment_id, number]))
            for number in range(first, last + 1)
        ],
        "total": pages,
        "first": first,
        "last": last,
        "previous": f"{here}?from={max(first - AT_ONCE, 1)}" if first > 1 else "",
        "next": f"{here}?from={last + 1}" if last < pages else "",
        "fault": fault,
        "is_picture": attachment.media_type.startswith("image/"),
    }
    return render(request, "applications/desk/file.html", context, status=503 if fault == "away" else 200)


def _pages(attachment: Attachment) -> tuple[int, str]:
    """How many pages there are, or why they cannot be shown: gone, away, refused."""
    store, _scanner = configured()
    try:
        if attachment.pages and store.exists(attachment.digest):
            return attachment.pages, ""
        return serving.preview(attachment.digest, store=store, max_side=64).pages, ""
    except NotStored:
        return 0, "gone"
    except StorageError:
        return 0, "away"
    except Refused:
        return 0, "refused"


@with_case(*SEES, chain="open")
@require_GET
def page(request: HttpRequest, case: OpenCase, attachment_id: uuid.UUID, number: int) -> HttpResponse:
    """One page of a file as a picture."""
    attachment = _attachment(case, attachment_id)
    case.looked_at["file_page"] = number
    store, _scanner = configured()
    try:
        drawn = serving.preview(attachment.digest, number, store=store)
    except (NotStored, Refused):
        raise Http404 from None
    except StorageError:
        return HttpResponse(status=503)
    return HttpResponse(drawn.content, headers=serving.preview_headers(drawn))


@with_case(*SEES, chain="open")
@require_GET
def download(request: HttpRequest, case: OpenCase, attachment_id: uuid.UUID) -> HttpResponseBase:
    """The file itself, to be saved and never shown in our origin."""
    attachment = _attachment(case, attachment_id)
    store, _scanner = configured()
    try:
        stream = store.open(attachment.digest)
    except NotStored:
        raise Http404 from None
    response = FileResponse(stream)
    for name, value in serving.safe_headers(attachment.media_type, attachment.name).items():
        response[name] = value
    return response


@with_case(*SEES)
@require_GET
def listing(request: HttpRequest, case: OpenCase) -> HttpResponse:
    """All files of a case, a hundred on a page: those that stand, or those that were replaced."""
    files = CaseFiles(case.application, case.definition)
    replaced = "replaced" in request.GET
    total = files.replaced_total if replaced else files.current_total
    asked = request.GET.get("page", "")
    pages = max(-(-total // PAGE), 1)
    number = min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 6 else 1
    first = (number - 1) * PAGE
    rows = files.replaced(first, PAGE) if replaced else files.current(first, PAGE)
    case.shown = "files"
    query = "replaced=1&" if replaced else ""
    context = head_of(case) | {
        "replaced": replaced,
        "rows": rows,
        "total": total,
        "other_total": files.current_total if replaced else files.replaced_total,
        "first": first + 1,
        "last": first + len(rows),
        "previous": f"?{query}page={number - 1}" if number > 1 else "",
        "next": f"?{query}page={number + 1}" if number < pages else "",
    }
    return render(request, "applications/desk/files.html", context)
