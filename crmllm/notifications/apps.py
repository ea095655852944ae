from django.apps import AppConfig
from django.db.models import Q


class NotificationsConfig(AppConfig):
    name = "crmllm.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import frame, profile
        from crmllm.notifications import models, selectors, views

        rules.private(models.Notification)
        rules.private(models.Preference)
        rules.restricted(models.Delivery, lambda user: Q(user=user))
        frame.add("notifications", selectors.bell)
        profile.add("notifications", views.profile_part)
