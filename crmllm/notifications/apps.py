from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "crmllm.notifications"
    label = "notifications"
    verbose_name = "Notifications"
