"""The addresses of all rooms."""

from django.urls import include, path

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
    path("", include("madoguchi.notices.urls")),
]
