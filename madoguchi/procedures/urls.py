from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.procedures import desk_pages, views, views_priority
from madoguchi.procedures.inventory import desk_next
from madoguchi.procedures.inventory import desk_pages as inventory

app_name = "procedures"

urlpatterns = [
    path("", views.home, name="home"),
    path("procedures/", views.listing, name="list"),
    path("procedures/schema/1", views.schema, name="schema"),
    path("procedures/priority/", views_priority.page, name="priority"),
    *list_paths("procedures/priority", views_priority.file, "priority-csv", "priority-excel"),
    path("procedures/<slug:procedure_id>/", views.page, name="page"),
    path("studio/blocks/", desk_pages.blocks, name="blocks"),
    path("studio/blocks/<slug:block_id>/", desk_pages.block, name="block"),
    path("studio/inventory/", inventory.listing, name="inventory"),
    *list_paths("studio/inventory/list", inventory.file, "inventory-csv", "inventory-excel"),
    path("studio/inventory/next/", desk_next.listing, name="inventory-next"),
    *list_paths("studio/inventory/next", desk_next.file, "inventory-next-csv", "inventory-next-excel"),
]
