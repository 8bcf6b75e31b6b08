"""The addresses of the inventory."""

from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.procedures.inventory import desk_entry_pages, desk_pages

PLACE = "studio/inventory/"

urlpatterns = [
    path(PLACE, desk_pages.listing, name="inventory"),
    *list_paths(f"{PLACE}list", desk_pages.file, "inventory-csv", "inventory-excel"),
    path(f"{PLACE}new/", desk_entry_pages.new, name="inventory-new"),
    path(f"{PLACE}<uuid:entry_id>/", desk_entry_pages.page, name="inventory-entry"),
    path(f"{PLACE}<uuid:entry_id>/edit/", desk_entry_pages.edit, name="inventory-edit"),
    path(f"{PLACE}<uuid:entry_id>/abolish/", desk_entry_pages.abolish, name="inventory-abolish"),
    path(f"{PLACE}<uuid:entry_id>/restore/", desk_entry_pages.restore, name="inventory-restore"),
]
