from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "crmllm.extraction"
    label = "extraction"
    verbose_name = "Extraction"

    def ready(self) -> None:
        from crmllm.core.registry import benches
        from crmllm.extraction import datamap  # noqa: F401 (declares on import)

        benches.add("model", _bench, order=10)


def _bench() -> Iterable[dict[str, Any]]:
    from crmllm.extraction.bench import model_stage

    return model_stage()
