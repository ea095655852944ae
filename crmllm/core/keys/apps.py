from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "crmllm.core.keys"
    label = "keys"
    verbose_name = "Content keys"
