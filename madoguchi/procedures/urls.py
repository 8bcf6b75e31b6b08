from django.urls import path

from madoguchi.procedures import views

app_name = "procedures"

urlpatterns = [
    path("", views.home, name="home"),
    path("procedures/", views.listing, name="list"),
    path("procedures/schema/1", views.schema, name="schema"),
    path("procedures/<slug:procedure_id>/", views.page, name="page"),
]
