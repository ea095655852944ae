from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IngestionConfig(AppConfig):
    name = "crmllm.ingestion"
    label = "ingestion"
    verbose_name = "Interactions"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import (
            HomeCard,
            NavItem,
            benches,
            demo_data,
            home_cards,
            home_figures,
            navigation,
            search_groups,
            settings_pages,
        )
        from crmllm.ingestion import bench, home, models
        from crmllm.ingestion.demo_loader import load_form, load_mailbox
        from crmllm.jobs.startable import Startable, startable

        rules.own(models.Interaction)
        rules.own(models.Mailbox)
        rules.own(models.WebForm)
        rules.private(models.Upload)
        demo_data.add("mailbox", load_mailbox, order=30)
        demo_data.add("form", load_form, order=31)
        benches.add("mail", bench.mail, order=20)
        settings_pages.add("mailboxes", NavItem(_("Mailboxes"), "mailboxes:list", permission="settings.view"), order=50)
        settings_pages.add("webforms", NavItem(_("Web forms"), "webforms:list", permission="settings.view"), order=55)
        tasks = "crmllm.ingestion.tasks"
        startable.add("poll_mailbox", Startable(_("Fetch mail"), f"{tasks}.poll_mailbox", permission="settings.manage"))
        startable.add(
            "take_in_upload", Startable(_("Take in files"), f"{tasks}.take_in_upload", permission="interactions.add")
        )
        navigation.add("interactions", NavItem(_("Interactions"), "ingestion:list", "interactions.view"), order=30)
        home_figures.add("interactions", home.figures, order=10)
        home_cards.add("attention", HomeCard("core/_home_attention.html", home.attention, "interactions.add"), order=30)
        home_cards.add("today", HomeCard("core/_home_today.html", home.today), order=20)
        search_groups.add("interactions", home.find, order=20)
