from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.organization.views import departments, reorganisations, staff

app_name = "organization"

urlpatterns = [
    path("desk/staff/", staff.listing, name="staff-list"),
    *list_paths("desk/staff/list", staff.listing_file, "staff-csv", "staff-excel"),
    path("desk/staff/new/", staff.new, name="staff-new"),
    path("desk/staff/<uuid:staff_id>/", staff.page, name="staff-page"),
    path("desk/staff/<uuid:staff_id>/name/", staff.rename, name="staff-rename"),
    path("desk/staff/<uuid:staff_id>/account/", staff.change_account, name="staff-account"),
    path("desk/staff/<uuid:staff_id>/postings/", staff.add_posting, name="staff-post"),
    path(
        "desk/staff/<uuid:staff_id>/postings/<uuid:posting_id>/end/",
        staff.end_posting,
        name="staff-end-posting",
    ),
    path("desk/departments/", departments.listing, name="departments"),
    *list_paths("desk/departments/list", departments.listing_file, "departments-csv", "departments-excel"),
    path("desk/departments/new/", departments.new, name="department-new"),
    path("desk/departments/<slug:code>/", departments.page, name="department"),
    path("desk/departments/<slug:code>/end/", departments.end, name="department-end"),
    path("desk/reorganisations/", reorganisations.listing, name="reorganisations"),
    path("desk/reorganisations/<uuid:reorganisation_id>/", reorganisations.page, name="reorganisation"),
    path(
        "desk/reorganisations/<uuid:reorganisation_id>/lines/",
        reorganisations.add_line,
        name="reorganisation-line",
    ),
    path(
        "desk/reorganisations/<uuid:reorganisation_id>/lines/<uuid:line_id>/remove/",
        reorganisations.remove_line,
        name="reorganisation-line-remove",
    ),
    path(
        "desk/reorganisations/<uuid:reorganisation_id>/act/", reorganisations.act, name="reorganisation-act"
    ),
    path("desk/closed-days/", departments.closed_days, name="closed-days"),
    path("desk/closed-days/<uuid:day_id>/remove/", departments.remove_closed_day, name="closed-day-remove"),
]
