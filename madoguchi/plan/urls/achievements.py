from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.plan.views import desk_achievements as views
from madoguchi.plan.views import desk_import, desk_proof

urlpatterns = [
    path("achievements/", views.listing, name="achievements"),
    *list_paths("achievements/list", views.listing_file, "achievements-csv", "achievements-excel"),
    path("achievements/new/", views.choose, name="achievement-choose"),
    path("achievements/new/<slug:kind_id>/", views.new, name="achievement-new"),
    path("achievements/import/<slug:kind_id>/", desk_import.page, name="achievement-import"),
    path(
        "achievements/import/<slug:kind_id>/template.csv", desk_import.template, name="achievement-template"
    ),
    path("achievements/import/<slug:kind_id>/begin/", desk_import.begin, name="achievement-import-begin"),
    path("achievements/imports/<uuid:import_id>/", desk_import.progress, name="achievement-import-progress"),
    path("achievements/<uuid:achievement_id>/", views.page, name="achievement"),
    path("achievements/<uuid:achievement_id>/edit/", views.edit, name="achievement-edit"),
    path("achievements/<uuid:achievement_id>/withdraw/", views.withdraw, name="achievement-withdraw"),
    path("achievements/<uuid:achievement_id>/settle/", views.settle, name="achievement-settle"),
    path("achievements/<uuid:achievement_id>/proof/", desk_proof.proof, name="achievement-proof"),
]
