from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "crmllm.monitoring"
    label = "monitoring"
    verbose_name = "Monitoring"
