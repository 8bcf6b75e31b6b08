from django.urls import path

from madoguchi.applications.views import (
    booking,
    filing,
    household,
    keeping,
    messages,
    questions,
    status,
    uploads,
)

app_name = "applications"

urlpatterns = [
    path("filing/<slug:procedure_id>/start/", filing.start, name="start"),
    path("filing/resume/", keeping.resume, name="resume"),
    path("filing/leave/", keeping.leave, name="leave"),
    path("filing/d/<uuid:draft_id>/", filing.overview, name="overview"),
    path("filing/d/<uuid:draft_id>/s/<slug:section_id>/", questions.section, name="section"),
    path("filing/d/<uuid:draft_id>/s/<slug:section_id>/m/<slug:member_id>/", questions.member, name="member"),
    path("filing/d/<uuid:draft_id>/doc/<slug:document_id>/", uploads.document, name="document"),
    path("filing/d/<uuid:draft_id>/household/", household.offer, name="household"),
    path("filing/d/<uuid:draft_id>/check/", filing.check, name="check"),
    path("filing/d/<uuid:draft_id>/keep/", keeping.keep, name="keep"),
    path("filing/d/<uuid:draft_id>/keep/sheet/", keeping.resume_sheet, name="resume_sheet"),
    path("filing/d/<uuid:draft_id>/discard/", keeping.discard, name="discard"),
    path("filing/r/<uuid:application_id>/", filing.receipt, name="receipt"),
    path("filing/r/<uuid:application_id>/copy.pdf", status.copy, name="copy"),
    path("status/", status.look_up, name="status"),
    path("status/<uuid:application_id>/", status.page, name="status_page"),
    path("status/<uuid:application_id>/correction/", status.correction, name="correction"),
    path("status/<uuid:application_id>/doc/<slug:document_id>/", status.late_document, name="late_document"),
    path("status/<uuid:application_id>/messages/", messages.messages, name="messages"),
    path("status/<uuid:application_id>/booking/", booking.change, name="booking"),
    path("status/<uuid:application_id>/booking/cancel/", booking.cancel, name="booking_cancel"),
    path("status/<uuid:application_id>/withdraw/", status.withdraw, name="withdraw"),
    path("status/<uuid:application_id>/second-look/", status.second_look, name="second_look"),
    path(
        "status/<uuid:application_id>/extension/<uuid:extension_id>/letter.pdf",
        status.extension_letter,
        name="extension_letter",
    ),
    path("status/<uuid:application_id>/letter.pdf", status.letter, name="letter"),
]
