from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "crmllm.access"
    label = "access"
    verbose_name = "People"

    def ready(self) -> None:
        from crmllm.access import datamap, rules, signals  # noqa: F401 (datamap and signals declare on import)
        from crmllm.access.demo import load_people
        from crmllm.access.models import ApiToken, Team, User
        from crmllm.core.registry import NavItem, demo_data, navigation, settings_pages

        rules.everyone(Team)
        rules.restricted(User, lambda user: Q(pk=user.pk))
        rules.private(ApiToken)
        demo_data.add("people", load_people, order=10)
        navigation.add("settings", NavItem(_("Settings"), "settings:index", permission="settings.view"), order=90)
        view = "settings.view"
        settings_pages.add("installation", NavItem(_("Installation"), "settings:index", permission=view), order=10)
        settings_pages.add("people", NavItem(_("People and roles"), "settings:people", permission=view), order=20)
        settings_pages.add("teams", NavItem(_("Teams"), "settings:teams", permission=view), order=30)
        settings_pages.add("fields", NavItem(_("Who sees what"), "settings:fields", permission=view), order=40)
        settings_pages.add("tokens", NavItem(_("My API tokens"), "settings:tokens"), order=90)
