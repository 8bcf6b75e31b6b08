from django.urls import path

from madoguchi.plan.views import desk_what_if, roadmap

urlpatterns = [
    path("roadmap/", roadmap.page, name="roadmap"),
    path("roadmap.csv", roadmap.page_csv, name="roadmap-csv"),
    path("roadmap/what-if/", desk_what_if.page, name="roadmap-what-if"),
]
