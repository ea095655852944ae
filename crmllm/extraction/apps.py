from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "crmllm.extraction"
    label = "extraction"
    verbose_name = "Extraction"

    def ready(self) -> None:
        from crmllm.extraction import datamap  # noqa: F401 (declares on import)
