"""Pages for those who write procedures: the blocks, and which procedures a change of one touches."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from madoguchi.common import access
from madoguchi.common.pages import render
from madoguchi.procedures import block_uses, desk_blocks, placing


@access.staff("officer", "head", "office")
@require_GET
def blocks(request: HttpRequest) -> HttpResponse:
    """Every block with its part and the number of live procedures that use it."""
    known = placing.shared()
    rows = [
        [
            {"text": known[name].title, "href": reverse("procedures:block", args=[name])},
            desk_blocks.part_name(known[name].part),
            len(known[name].items),
            len(offers),
        ]
        for name, offers in block_uses.all_uses().items()
        if name in known
    ]
    return render(request, "procedures/desk/blocks.html", {"here": "blocks", "rows": rows})


@access.staff("officer", "head", "office")
@require_GET
def block(request: HttpRequest, block_id: str) -> HttpResponse:
    """One block: its items, and for each procedure that uses it what publishing it again would change."""
    found = placing.shared().get(block_id)
    if found is None:
        raise Http404
    rows = []
    for touched in block_uses.touched_by(found):
        offer = touched.offer
        changes = [desk_blocks.sentence(one) for one in touched.differences]
        link = {
            "text": str(offer.definition.current_name),
            "href": reverse("procedures:page", args=[offer.procedure_id]),
        }
        rows.append([link, offer.number, " ".join(changes) or _("公開中の版と同じです。")])
    context = {
        "here": "blocks",
        "block": found,
        "part": desk_blocks.part_name(found.part),
        "items": [
            [one.get("id", ""), one.get("label") or one.get("title") or one.get("name") or one.get("to", "")]
            for one in found.items
        ],
        "rows": rows,
    }
    return render(request, "procedures/desk/block.html", context)
