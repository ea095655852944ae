from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "crmllm.extraction"
    label = "extraction"
    verbose_name = "Extraction"
