from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "crmllm.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from crmllm.core.registry import NavItem, navigation

        navigation.add("home", NavItem(_("Home"), "home"), order=10)
        autodiscover_modules("datamap")  # each app says there what its fields hold about people
