from django.urls import path

from madoguchi.common import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("language/", views.choose_language, name="language"),
    path("display/", views.choose_display, name="display"),
]
