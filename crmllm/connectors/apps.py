from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConnectorsConfig(AppConfig):
    name = "crmllm.connectors"
    label = "connectors"
    verbose_name = "Connectors"

    def ready(self) -> None:
        from crmllm.connectors import registry
        from crmllm.connectors.local.connector import LocalConnector
        from crmllm.core.registry import NavItem, settings_pages

        registry.register(LocalConnector.key, LocalConnector)
        post_migrate.connect(_ensure_local_connection, sender=self)
        settings_pages.add(
            "connections", NavItem(_("Connections"), "connectors:list", permission="settings.view"), order=45
        )


def _ensure_local_connection(*, using: str, **kwargs: object) -> None:
    if using == "default":
        from crmllm.connectors.services import ensure_local_connection

        ensure_local_connection()
