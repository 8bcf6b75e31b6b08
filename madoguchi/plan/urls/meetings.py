from django.urls import path

from madoguchi.plan.views import desk_meetings, desk_resolutions, minutes

urlpatterns = [
    path("meetings/", desk_meetings.listing, name="meetings"),
    path("meetings/list.csv", desk_meetings.listing_csv, name="meetings-csv"),
    path("meetings/new/", desk_meetings.new, name="meeting-new"),
    path("meetings/<uuid:meeting_id>/", desk_meetings.page, name="meeting"),
    path("meetings/<uuid:meeting_id>/change/", desk_meetings.change, name="meeting-change"),
    path("meetings/<uuid:meeting_id>/minutes.pdf", desk_meetings.minutes, name="meeting-minutes"),
    path("resolutions/", desk_resolutions.listing, name="resolutions"),
    path("resolutions/list.csv", desk_resolutions.listing_csv, name="resolutions-csv"),
    path("resolutions/<uuid:resolution_id>/", desk_resolutions.page, name="resolution"),
    path("minutes/", minutes.page, name="minutes"),
    path("minutes/<uuid:meeting_id>.pdf", minutes.pdf, name="minutes-pdf"),
]
