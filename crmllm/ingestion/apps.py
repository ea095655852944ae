from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IngestionConfig(AppConfig):
    name = "crmllm.ingestion"
    label = "ingestion"
    verbose_name = "Interactions"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import NavItem, benches, demo_data, settings_pages
        from crmllm.ingestion import bench, models
        from crmllm.ingestion.demo_loader import load_mailbox
        from crmllm.jobs.startable import Startable, startable

        rules.own(models.Interaction)
        rules.own(models.Mailbox)
        rules.private(models.Upload)
        demo_data.add("mailbox", load_mailbox, order=30)
        benches.add("mail", bench.mail, order=20)
        settings_pages.add("mailboxes", NavItem(_("Mailboxes"), "mailboxes:list", permission="settings.view"), order=50)
        tasks = "crmllm.ingestion.tasks"
        startable.add(
            "poll_mailbox", Startable(_("Fetch mail"), f"{tasks}.poll_mailbox", permission="settings.manage")
        )
        startable.add(
            "take_in_upload", Startable(_("Take in files"), f"{tasks}.take_in_upload", permission="interactions.add")
        )
