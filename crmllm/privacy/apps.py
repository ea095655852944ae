from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "crmllm.privacy"
    label = "privacy"
    verbose_name = "Privacy"
