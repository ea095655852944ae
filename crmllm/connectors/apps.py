from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "crmllm.connectors"
    label = "connectors"
    verbose_name = "Connectors"
