from django.urls import path

from madoguchi.plan.views import desk_reports as views

urlpatterns = [
    path("reports/", views.listing, name="reports"),
    path("reports/<int:year>.json", views.data, name="report-json"),
    path("reports/<int:year>/<slug:measure_id>/", views.page, name="report"),
    path("reports/<int:year>/<slug:measure_id>.pdf", views.pdf, name="report-pdf"),
]
