"""Makes the proofs' connector known to every process of the application."""

from django.apps import AppConfig


class HttpCrmConfig(AppConfig):
    name = "tests.support.http_crm"
    label = "http_crm"

    def ready(self) -> None:
        from crmllm.connectors import registry
        from tests.support.http_crm.connector import HttpConnector

        registry.register(HttpConnector.key, HttpConnector)
