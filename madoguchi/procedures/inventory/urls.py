"""The addresses of the inventory."""

from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.procedures.inventory import desk_entry_pages, desk_import_pages, desk_next, desk_pages

PLACE = "studio/inventory/"

urlpatterns = [
    path(PLACE, desk_pages.listing, name="inventory"),
    *list_paths(f"{PLACE}list", desk_pages.file, "inventory-csv", "inventory-excel"),
    path(f"{PLACE}next/", desk_next.listing, name="inventory-next"),
    *list_paths(f"{PLACE}next", desk_next.file, "inventory-next-csv", "inventory-next-excel"),
    path(f"{PLACE}new/", desk_entry_pages.new, name="inventory-new"),
    path(f"{PLACE}import/", desk_import_pages.page, name="inventory-import"),
    path(f"{PLACE}import/write/", desk_import_pages.write, name="inventory-import-write"),
    path(f"{PLACE}import/form.xlsx", desk_import_pages.blank, name="inventory-form"),
    *list_paths(
        f"{PLACE}import/sample", desk_import_pages.sample, "inventory-sample-csv", "inventory-sample-excel"
    ),
    *list_paths(
        f"{PLACE}import/findings",
        desk_import_pages.findings_file,
        "inventory-findings-csv",
        "inventory-findings-excel",
    ),
    *list_paths(
        f"{PLACE}import/changes",
        desk_import_pages.changes_file,
        "inventory-changes-csv",
        "inventory-changes-excel",
    ),
    path(f"{PLACE}<uuid:entry_id>/", desk_entry_pages.page, name="inventory-entry"),
    path(f"{PLACE}<uuid:entry_id>/edit/", desk_entry_pages.edit, name="inventory-edit"),
    path(f"{PLACE}<uuid:entry_id>/abolish/", desk_entry_pages.abolish, name="inventory-abolish"),
    path(f"{PLACE}<uuid:entry_id>/restore/", desk_entry_pages.restore, name="inventory-restore"),
]
