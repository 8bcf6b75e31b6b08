from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.plan.views import desk_meetings, desk_resolutions, minutes

urlpatterns = [
    path("meetings/", desk_meetings.listing, name="meetings"),
    *list_paths("meetings/list", desk_meetings.listing_file, "meetings-csv", "meetings-excel"),
    path("meetings/new/", desk_meetings.new, name="meeting-new"),
    path("meetings/<uuid:meeting_id>/", desk_meetings.page, name="meeting"),
    path("meetings/<uuid:meeting_id>/change/", desk_meetings.change, name="meeting-change"),
    path("meetings/<uuid:meeting_id>/minutes.pdf", desk_meetings.minutes, name="meeting-minutes"),
    path("resolutions/", desk_resolutions.listing, name="resolutions"),
    *list_paths("resolutions/list", desk_resolutions.listing_file, "resolutions-csv", "resolutions-excel"),
    path("resolutions/<uuid:resolution_id>/", desk_resolutions.page, name="resolution"),
    path("minutes/", minutes.page, name="minutes"),
    path("minutes/<uuid:meeting_id>.pdf", minutes.pdf, name="minutes-pdf"),
]
