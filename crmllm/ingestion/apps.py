from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "crmllm.ingestion"
    label = "ingestion"
    verbose_name = "Interactions"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.ingestion import models

        rules.own(models.Interaction)
        rules.own(models.Mailbox)
