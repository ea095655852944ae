from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "crmllm.core"
    label = "core"
    verbose_name = "Core"
