from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "crmllm.access"
    label = "access"
    verbose_name = "People"
