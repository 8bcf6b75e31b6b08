"""The proof of an achievement: taken in, kept while a form comes back, handed out to be saved."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from madoguchi.common import access, clock
from madoguchi.common.files import messages, serving
from madoguchi.common.files.configured import configured
from madoguchi.common.files.intake import Accepted, Limits, take_in
from madoguchi.common.files.refusals import Refused
from madoguchi.common.files.store import NotStored, StorageError
from madoguchi.identity import queries as identity
from madoguchi.organization.actions.permission import NotAllowed
from madoguchi.plan.actions import achievements as actions
from madoguchi.plan.models import Achievement

ROLES = ("officer", "head", "office")  # who records achievements and looks at them
LIMITS = Limits()
# How long a form with a file that was taken in already may wait for the rest; the store keeps it for a day.
KEPT_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Sent:
    """The file of a form, taken in now or a moment ago, and why one was refused."""

    file: Accepted | None = None
    refused: str = ""
    sealed: str = ""  # a signed word for the file, for a form that comes back: only its sender can name it


def sent(request: HttpRequest) -> Sent:
    """The proof that came with a form."""
    salt = f"plan.proof:{identity.staff_of(request).id}"
    upload = request.FILES.get("proof")
    if upload is None:
        file = _unsealed(request.POST.get("proof_kept", ""), salt)
    else:
        store, scanner = configured()
        try:
            file = take_in(upload.name or "", upload, store=store, scanner=scanner, limits=LIMITS)
        except (Refused, StorageError) as error:
            return Sent(refused=messages.sentence(error))
    return Sent(file, sealed=signing.dumps(astuple(file), salt=salt)) if file else Sent()


def _unsealed(word: str, salt: str) -> Accepted | None:
    try:
        return Accepted(*signing.loads(word, salt=salt, max_age=KEPT_FOR)) if word else None
    except signing.BadSignature:
        return None


@access.staff(*ROLES)
@require_GET
def proof(request: HttpRequest, achievement_id: UUID) -> HttpResponse:
    """The proof, to be saved by the office and the record's own department; who opened it is logged."""
    row = Achievement.objects.filter(id=achievement_id).exclude(proof_digest="").first()
    if row is None:
        raise Http404
    staff, now = identity.staff_of(request), clock.now()
    try:
        actions.note_proof_read(achievement=row, by=staff, now=now)
    except NotAllowed:
        raise PermissionDenied from None
    store, _scanner = configured()
    try:
        with store.open(row.proof_digest) as stored:
            content = stored.read()
    except NotStored:
        raise Http404 from None
    return HttpResponse(content, headers=serving.safe_headers(row.proof_media_type, row.proof_name))
