from django.urls import include, path

app_name = "plan"

urlpatterns = [
    path("plan/", include(f"madoguchi.plan.urls.{part}"))
    for part in (
        "achievements",
        "roadmap",
        "meetings",
        "services",
        "investment",
        "national",
        "reports",
        "scoreboard",
    )
]
