from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QueuesConfig(AppConfig):
    name = "review.queues"
    label = "queues"
    verbose_name = _("Review queues")

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.jobs.startable import Startable, startable
        from crmllm.proposals.urgency import service_levels
        from review.queues import models, selectors, services

        rules.restricted(models.ReviewQueue, selectors.shown_to)
        rules.own(models.Comment, path="interaction__")
        rules.own(models.Assignment, path="interaction__")
        service_levels.add("queues", services.hours_for)
        startable.add(
            "retime_reviews",
            Startable(_("Set the deadlines of what waits anew"), "review.queues.tasks.retime", "queues.manage"),
        )
