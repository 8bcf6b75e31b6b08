from django.urls import path

from madoguchi.common.spreadsheets import list_paths
from madoguchi.plan.views import desk_investment as views

urlpatterns = [
    path("investment/", views.page, name="investment"),
    *list_paths("investment/systems", views.page_file, "investment-csv", "investment-excel"),
    path("investment/new/", views.edit, name="system-new"),
    path("investment/<uuid:system_id>/", views.edit, name="system"),
]
