from django.apps import AppConfig


class WritebackConfig(AppConfig):
    name = "crmllm.writeback"
    label = "writeback"
    verbose_name = "Write-back"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.writeback import models

        rules.own(models.Writeback, path="proposal__")
