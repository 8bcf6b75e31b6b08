from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.procedures import desk_pages, views, views_data
from madoguchi.procedures.inventory import desk_pages as inventory

app_name = "procedures"

urlpatterns = [
    path("", views.home, name="home"),
    path("procedures/", views.listing, name="list"),
    path("procedures/schema/1", views.schema, name="schema"),
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
    path("studio/inventory/", inventory.listing, name="inventory"),
    *list_paths("studio/inventory/list", inventory.file, "inventory-csv", "inventory-excel"),
]
