from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "crmllm.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from crmllm.core.registry import NavItem, navigation

        navigation.add("home", NavItem(_("Home"), "home"), order=10)
