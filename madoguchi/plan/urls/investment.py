from django.urls import path

from madoguchi.plan.views import desk_investment as views

urlpatterns = [
    path("investment/", views.page, name="investment"),
    path("investment/systems.csv", views.page_csv, name="investment-csv"),
    path("investment/new/", views.edit, name="system-new"),
    path("investment/<uuid:system_id>/", views.edit, name="system"),
]
