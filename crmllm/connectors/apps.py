from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConnectorsConfig(AppConfig):
    name = "crmllm.connectors"
    label = "connectors"
    verbose_name = "Connectors"

    def ready(self) -> None:
        from crmllm.connectors import registry
        from crmllm.connectors.local.connector import LocalConnector

        registry.register(LocalConnector.key, LocalConnector)
        post_migrate.connect(_ensure_local_connection, sender=self)


def _ensure_local_connection(*, using: str, **kwargs: object) -> None:
    if using == "default":
        from crmllm.connectors.services import ensure_local_connection

        ensure_local_connection()
