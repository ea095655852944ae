from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ConnectorsConfig(AppConfig):
    name = "crmllm.connectors"
    label = "connectors"
    verbose_name = "Connectors"

    def ready(self) -> None:
        from django.conf import settings

        from crmllm.access import rules
        from crmllm.connectors import models, registry
        from crmllm.connectors.engine import strategy
        from crmllm.connectors.hubspot.strategy import HubSpot
        from crmllm.connectors.local.connector import LocalConnector
        from crmllm.connectors.salesforce.strategy import Salesforce
        from crmllm.connectors.views import home_card
        from crmllm.core.registry import HomeCard, NavItem, benches, home_cards, settings_pages

        registry.register(LocalConnector.key, LocalConnector)
        for model in (models.Stream, models.RemoteEvent, models.Listener):
            rules.everyone(model)  # figures and sentences; `settings.view` guards the pages
        strategy.register("salesforce", Salesforce)
        registry.declare(Path(__file__).with_name("salesforce") / "connector.yaml")
        strategy.register("hubspot", HubSpot)
        registry.declare(Path(__file__).with_name("hubspot") / "connector.yaml")
        registry.declare_all(Path(folder) for folder in settings.CONNECTOR_FOLDERS)
        post_migrate.connect(_ensure_local_connection, sender=self)
        home_cards.add("connections", HomeCard("connectors/_home_card.html", home_card), order=15)
        benches.add("crm", _bench, order=30)
        settings_pages.add(
            "connections", NavItem(_("Connections"), "connectors:list", permission="settings.view"), order=45
        )


def _bench() -> Iterable[dict[str, Any]]:
    from crmllm.connectors.bench import crm

    return crm()


def _ensure_local_connection(*, using: str, **kwargs: object) -> None:
    if using == "default":
        from crmllm.connectors.services import ensure_local_connection

        ensure_local_connection()
