from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "crmllm.matching"
    label = "matching"
    verbose_name = "Matching"
