from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "crmllm.api"
    label = "api"
    verbose_name = "API"
