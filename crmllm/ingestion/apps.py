from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "crmllm.ingestion"
    label = "ingestion"
    verbose_name = "Interactions"
