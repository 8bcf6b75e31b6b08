from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.plan.views import desk_service, desk_service_files, desk_services, desk_surveys

urlpatterns = [
    path("services/", desk_services.listing, name="services"),
    *list_paths("services/list", desk_services.listing_file, "services-csv", "services-excel"),
    path("services/list.yml", desk_service_files.listing_yaml, name="services-yaml"),
    path("services/import/", desk_service_files.take_in, name="services-import"),
    path("services/new/", desk_services.new, name="service-new"),
    path("services/survey/<uuid:survey_id>/", desk_surveys.survey, name="survey"),
    path("services/<uuid:service_id>/", desk_service.page, name="service"),
    path("services/<uuid:service_id>/edit/", desk_services.edit, name="service-edit"),
    path(
        "services/<uuid:service_id>/evidence/<int:year>/withdraw/",
        desk_service.withdraw_evidence,
        name="evidence-withdraw",
    ),
    path("services/<uuid:service_id>/end/", desk_service.end, name="service-end"),
]
