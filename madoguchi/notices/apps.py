from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class NoticesConfig(AppConfig):
    name = "madoguchi.notices"
    label = "notices"

    def ready(self) -> None:
        from madoguchi.notices import handlers, personal_data  # noqa: F401  # they register themselves
        from madoguchi.notices.channels import mime, registry
        from madoguchi.notices.channels.contract import BadChannel

        try:
            registry.mail_channel()
            mime.sender_of(settings.EMAIL_FROM)
        except BadChannel as fault:
            raise ImproperlyConfigured(str(fault)) from None
