from django.urls import path

from madoguchi.procedures import desk_pages, views
from madoguchi.procedures.inventory import urls as inventory

app_name = "procedures"

urlpatterns = [
    path("", views.home, name="home"),
    path("procedures/", views.listing, name="list"),
    path("procedures/schema/1", views.schema, name="schema"),
    path("procedures/<slug:procedure_id>/", views.page, name="page"),
    path("studio/blocks/", desk_pages.blocks, name="blocks"),
    path("studio/blocks/<slug:block_id>/", desk_pages.block, name="block"),
    *inventory.urlpatterns,
]
