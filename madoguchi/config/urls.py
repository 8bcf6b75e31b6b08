"""The addresses of all rooms."""

from django.urls import include, path

from madoguchi.audit.actions import record
from madoguchi.common import views_jobs

handler400 = "madoguchi.common.views.bad_request"
handler403 = "madoguchi.common.views.forbidden"
handler404 = "madoguchi.common.views.not_found"
handler500 = "madoguchi.common.views.server_error"

# What residents ask for most stands first: addresses are tried in this order.
urlpatterns = [
    path("", include("madoguchi.applications.urls")),
    path("", include("madoguchi.procedures.urls")),
    path("", include("madoguchi.common.urls")),
    path("", include("madoguchi.identity.urls")),
    path("", include("madoguchi.organization.urls")),
    path("desk/jobs/", views_jobs.page, name="jobs"),
    path("desk/jobs/<uuid:job_id>/again/", views_jobs.again, {"record": record}, name="jobs_again"),
    path("desk/", include("madoguchi.applications.urls_desk")),
    path("", include("madoguchi.plan.urls")),
    path("", include("madoguchi.notices.urls")),
]
