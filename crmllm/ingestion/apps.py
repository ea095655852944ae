from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "crmllm.ingestion"
    label = "ingestion"
    verbose_name = "Interactions"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import demo_data
        from crmllm.ingestion import models
        from crmllm.ingestion.demo_loader import load_mailbox

        rules.own(models.Interaction)
        rules.own(models.Mailbox)
        demo_data.add("mailbox", load_mailbox, order=30)
