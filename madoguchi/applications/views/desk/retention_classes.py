"""The city's table of classes of records, and which procedure has which."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.applications import desk_retention as desk
from madoguchi.applications.actions import retention as actions
from madoguchi.applications.errors import ChangedMeanwhile, NotAllowed, UnknownChoice
from madoguchi.applications.models import RetentionClass
from madoguchi.common import access, clock
from madoguchi.common.pages import render
from madoguchi.identity import queries as identity
from madoguchi.identity.asking import by_field

Problems = list[tuple[str, str]]


@access.staff("officer", "approver", "head", "office")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The classes; the office adds, changes, deletes and assigns them."""
    if request.method == "GET":
        return _show(request, [])
    acts = {"add": _add, "change": _change, "delete": _delete, "assign": _assign}
    act = acts.get(request.POST.get("act", ""))
    try:
        problems = act(request) if act else [("#main", _("もう一度、ボタンを押してください。"))]
    except ChangedMeanwhile:
        sentence = _("この間にほかの職員が変更しました。いまの内容を確かめて、もう一度直してください。")
        return _show(request, [("#main", sentence)], status=409)
    except NotAllowed:
        return _show(request, [("#main", _("区分は推進事務局が変更します。"))], status=403)
    if problems:
        return _show(request, problems)
    return redirect(f"{reverse('desk:retention_classes')}?done={request.POST['act']}")


def _add(request: HttpRequest) -> Problems:
    title, years, basis, problems = _read(request, "")
    class_id = request.POST.get("class_id", "").strip()
    if not problems:
        try:
            actions.add_class(
                class_id=class_id,
                title=title,
                years=years,
                basis=basis,
                by=identity.staff_of(request),
                now=clock.now(),
            )
        except actions.IdTaken:
            return [("#class_id", _("同じ記号の区分があります。ほかの記号にしてください。"))]
        except UnknownChoice:
            return [("#class_id", _("記号は、英小文字・数字・ハイフンで40文字までにしてください。"))]
    return problems


def _change(request: HttpRequest) -> Problems:
    row = RetentionClass.objects.filter(id=request.POST.get("class_id", "")).first()
    if row is None:
        raise ChangedMeanwhile
    title, years, basis, problems = _read(request, f"-{row.id}")
    if not problems:
        actions.change_class(
            row=row,
            title=title,
            years=years,
            basis=basis,
            version=_version(request),
            by=identity.staff_of(request),
            now=clock.now(),
        )
    return problems


def _delete(request: HttpRequest) -> Problems:
    row = RetentionClass.objects.filter(id=request.POST.get("class_id", "")).first()
    if row is not None:
        try:
            actions.delete_class(row=row, by=identity.staff_of(request), now=clock.now())
        except actions.StillUsed:
            return [("#main", _("この区分を使っている手続があります。先に手続の区分を変えてください。"))]
    return []


def _assign(request: HttpRequest) -> Problems:
    procedure_id = request.POST.get("procedure", "")
    if procedure_id not in desk.titles():
        raise ChangedMeanwhile
    try:
        actions.assign(
            procedure_id=procedure_id,
            class_id=request.POST.get("retention_class", ""),
            version=_version(request),
            by=identity.staff_of(request),
            now=clock.now(),
        )
    except UnknownChoice:
        return [(f"#class-of-{procedure_id}", _("区分を選び直してください。"))]
    return []


def _version(request: HttpRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def _read(request: HttpRequest, place: str) -> tuple[str, int, str, Problems]:
    title, basis = request.POST.get("title", "").strip(), request.POST.get("basis", "").strip()
    typed = request.POST.get("years", "").strip()
    years = int(typed) if typed.isdecimal() and len(typed) <= 3 else 0
    problems: Problems = []
    if not title or len(title) > 80:
        problems.append((f"#title{place}", _("区分の名前を80文字までで入力してください。")))
    if not 1 <= years <= 100:
        problems.append((f"#years{place}", _("年数は1から100までの数字で入力してください。")))
    if not basis or len(basis) > 200:
        problems.append((f"#basis{place}", _("根拠となる規程を200文字までで入力してください。")))
    return title, years, basis, problems


def _show(request: HttpRequest, problems: Problems, status: int = 422) -> HttpResponse:
    staff = identity.staff_of(request)
    assigned = {one.procedure_id: one for one in desk.assignments()}
    classes = desk.classes()
    words = {
        "add": _("区分を追加しました。"),
        "change": _("区分を変更しました。"),
        "delete": _("区分を削除しました。"),
        "assign": _("手続の区分を変更しました。"),
    }
    context = {
        "here": "retention",
        "classes": classes,
        "choices": [(row.id, f"{row.title}（{row.years}年）") for row in classes],
        "procedures": [
            {
                "id": procedure_id,
                "title": title,
                "class_id": assigned[procedure_id].retention_class_id if procedure_id in assigned else "",
                "kept_as": assigned[procedure_id].retention_class if procedure_id in assigned else None,
                "version": assigned[procedure_id].version if procedure_id in assigned else 0,
            }
            for procedure_id, title in desk.titles().items()
        ],
        "register": desk.register_rows(),
        "register_columns": [_("表"), _("保存する期間")],
        "may_edit": actions.may_edit(staff, today=clock.today()),
        "typed": request.POST,
        "done": words.get(request.GET.get("done", ""), ""),
        "problems": problems,
        "errors": by_field(problems),
    }
    return render(
        request, "applications/desk/retention_classes.html", context, status=status if problems else 200
    )
