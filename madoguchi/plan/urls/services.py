from django.urls import path

from madoguchi.plan.views import desk_services as views

urlpatterns = [
    path("services/", views.listing, name="services"),
    path("services/list.csv", views.listing_csv, name="services-csv"),
    path("services/list.yml", views.listing_yaml, name="services-yaml"),
    path("services/import/", views.take_in, name="services-import"),
    path("services/new/", views.new, name="service-new"),
    path("services/survey/<uuid:survey_id>/", views.survey, name="survey"),
    path("services/<uuid:service_id>/", views.page, name="service"),
    path("services/<uuid:service_id>/edit/", views.edit, name="service-edit"),
    path(
        "services/<uuid:service_id>/evidence/<int:year>/withdraw/",
        views.withdraw_evidence,
        name="evidence-withdraw",
    ),
    path("services/<uuid:service_id>/end/", views.end, name="service-end"),
]
