from django.apps import AppConfig


class WritebackConfig(AppConfig):
    name = "crmllm.writeback"
    label = "writeback"
    verbose_name = "Write-back"
