from django.urls import path

from madoguchi.notices import views

urlpatterns = [
    path("demo/mail/", views.mailbox, name="demo-mailbox"),
    path("demo/mail/<uuid:message_id>/", views.mail, name="demo-mail"),
]
