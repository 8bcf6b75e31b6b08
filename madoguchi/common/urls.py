from django.urls import path, register_converter

from madoguchi.common import views, views_look_up, views_public, views_robots

register_converter(views_look_up.PostalCode, "postal_code")

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("language/", views.choose_language, name="language"),
    path("language/<slug:language>/", views.open_in_language, name="open-in-language"),
    path("display/", views.choose_display, name="display"),
    path("japan/postal/<postal_code:code>.json", views_look_up.postal_code, name="postal-code"),
    path("japan/banks.json", views_look_up.bank_names, name="banks"),
    path("japan/branches.json", views_look_up.branch_names, name="branches"),
    path("contact/", views_public.contact, name="contact"),
    path("accessibility/", views_public.accessibility, name="accessibility"),
    path("privacy/", views_public.privacy, name="privacy"),
    path("design/", views_public.gallery, name="design"),
    path("design/desk/", views_public.desk_gallery, name="design-desk"),
    path("robots.txt", views_robots.robots, name="robots"),
    path(".well-known/security.txt", views_robots.security, name="security-txt"),
    path("favicon.ico", views_robots.favicon, name="favicon"),
]
