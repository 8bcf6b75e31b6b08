from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.procedures import desk_pages, views, views_data, views_priority
from madoguchi.procedures.inventory import urls as inventory

app_name = "procedures"

urlpatterns = [
    path("", views.home, name="home"),
    path("procedures/", views.listing, name="list"),
    path("procedures/schema/1", views.schema, name="schema"),
    path("procedures/priority/", views_priority.page, name="priority"),
    *list_paths("procedures/priority", views_priority.file, "priority-csv", "priority-excel"),
    *(
        path(
            f"procedures/{stem}.{kind}",
            views_data.listing,
            {"name": name, "kind": kind},
            name=f"{name}-{kind}",
        )
        for stem, name in (("data", "procedures"), ("documents", "documents"), ("answers", "answers"))
        for kind in ("csv", "json")
    ),
    path("procedures/<slug:procedure_id>/", views.page, name="page"),
    path("procedures/<slug:procedure_id>/data.json", views_data.one, name="page-json"),
    path("procedures/<slug:procedure_id>/schema.json", views_data.answers_schema, name="answers-schema"),
    path("studio/blocks/", desk_pages.blocks, name="blocks"),
    path("studio/blocks/<slug:block_id>/", desk_pages.block, name="block"),
    *inventory.urlpatterns,
]
