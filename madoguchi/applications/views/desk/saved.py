"""Saved views of the list of cases: save the present one, rename, delete."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.applications import desk_saved
from madoguchi.applications.actions import saved_filters as actions
from madoguchi.applications.desk_filters import read_filters
from madoguchi.applications.errors import NotAllowed
from madoguchi.applications.models import SavedFilter
from madoguchi.applications.permissions import departments_seen
from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field
from madoguchi.organization import queries as organization

ROLES = ("officer", "approver", "head")
LONGEST_NAME = 40
Problems = list[tuple[str, str]]


@access.staff(*ROLES)
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The views this person can use; sending saves the one that the address names."""
    filters = read_filters(request.GET).to_save
    if request.method == "GET":
        return _show(request, [])
    staff = identity.staff_of(request)
    name, problems = _name(request, "#name")
    if problems:
        return _show(request, problems)
    try:
        actions.save_filter(
            name=name,
            query=filters.address(),
            department_code=request.POST.get("department", "")[:40],
            by=staff,
            now=clock.now(),
        )
    except actions.NameTaken:
        return _show(request, [("#name", _("同じ名前の絞り込みがあります。ほかの名前にしてください。"))])
    except actions.TooMany:
        sentence = _("保存できるのは%(most)s件までです。使わないものを削除してください。") % {
            "most": actions.MOST
        }
        return _show(request, [("#name", sentence)])
    except NotAllowed:
        return _show(request, [("#department", _("この部署とは共有できません。"))])
    query = filters.address()
    return redirect(f"{reverse('desk:inbox')}?{query}" if query else reverse("desk:inbox"))


@access.staff(*ROLES)
@require_POST
def change(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Give a view another name."""
    saved = _saved(request, saved_id)
    name, problems = _name(request, f"#name-{saved.id}")
    if problems:
        return _show(request, problems)
    try:
        actions.rename_filter(saved=saved, name=name, by=identity.staff_of(request), now=clock.now())
    except actions.NameTaken:
        sentence = _("同じ名前の絞り込みがあります。ほかの名前にしてください。")
        return _show(request, [(f"#name-{saved.id}", sentence)])
    except NotAllowed:
        return _show(request, [(f"#name-{saved.id}", _("作成した人か所属長が変更できます。"))])
    return redirect(f"{reverse('desk:saved')}?done=renamed")


@access.staff(*ROLES)
@require_POST
def delete(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Take a view away; pressed twice, it is gone."""
    saved = SavedFilter.objects.filter(id=saved_id).first()
    if saved is not None:
        saved = _saved(request, saved_id)
        try:
            actions.delete_filter(saved=saved, by=identity.staff_of(request), now=clock.now())
        except NotAllowed:
            return _show(request, [(f"#name-{saved.id}", _("作成した人か所属長が削除できます。"))])
    return redirect(f"{reverse('desk:saved')}?done=deleted")


def _name(request: HttpRequest, place: str) -> tuple[str, Problems]:
    name = "".join(c for c in request.POST.get("name", "") if c.isprintable()).strip()
    if not name:
        return "", [(place, _("名前を入力してください。"))]
    if len(name) > LONGEST_NAME:
        return "", [(place, _("名前は%(most)s文字以内で入力してください。") % {"most": LONGEST_NAME})]
    return name, []


def _saved(request: HttpRequest, saved_id: UUID) -> SavedFilter:
    """A view this person can use. Raises `Http404`."""
    staff = identity.staff_of(request)
    seen = departments_seen(staff, today=clock.today())
    found = next((row for row in desk_saved.rows_for(staff, seen) if row.id == saved_id), None)
    if found is None:
        raise Http404
    return found


def _show(request: HttpRequest, problems: Problems) -> HttpResponse:
    staff, now = identity.staff_of(request), clock.now()
    seen = departments_seen(staff, today=clock.tokyo_date(now))
    names = {code: one.name for code, one in organization.departments(seen).items()}
    filters = read_filters(request.GET).to_save
    words = {"renamed": _("名前を変更しました。"), "deleted": _("削除しました。")}
    context = {
        "here": "desk",
        "rows": [
            {
                "id": row.id,
                "name": row.name,
                "href": f"{reverse('desk:inbox')}?{read_filters(QueryDict(row.query)).address()}",
                "whose": names.get(row.department_code, "") if row.department_code else _("自分だけ"),
                "owner": row.owner.display_name,
                "may_change": actions.may_change(row, staff, now),
            }
            for row in desk_saved.rows_for(staff, seen)
        ],
        "query": filters.address(),
        "departments": sorted(names.items()),
        "typed": request.POST,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(request, "applications/desk/saved.html", context, status=422 if problems else 200)
