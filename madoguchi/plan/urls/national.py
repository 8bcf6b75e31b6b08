from django.urls import path

from madoguchi.plan.views import desk_national as views

urlpatterns = [
    path("national/", views.listing, name="national"),
    path("national/new/", views.new, name="national-new"),
    path("national/cards/", views.cards, name="national-cards"),
    path("national/<uuid:table_id>/", views.table, name="national-table"),
]
