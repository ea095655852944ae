from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LlmConfig(AppConfig):
    name = "crmllm.llm"
    label = "llm"
    verbose_name = "Model"

    def ready(self) -> None:
        from crmllm.core.registry import NavItem, settings_pages
        from crmllm.llm import datamap  # noqa: F401 (declares on import)

        settings_pages.add("llm", NavItem(_("Prompts"), "llm:prompts", permission="settings.view"), order=50)
        settings_pages.add("llm-models", NavItem(_("Models"), "llm-models:list", permission="settings.view"), order=51)
        post_migrate.connect(_load_prompts, sender=self, dispatch_uid="llm.load_prompts")


def _load_prompts(*, using: str, **more: Any) -> None:
    """Stores the prompts and adapters that ship with the code once their tables are there."""
    from django.db import connections

    from crmllm.llm import models, prompts, versions

    if using != "default":
        return
    tables = connections[using].introspection.table_names()
    if models.Prompt._meta.db_table in tables:
        prompts.load()
    if models.ModelVersion._meta.db_table in tables:
        versions.load_shipped()
