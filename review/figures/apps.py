from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "review.figures"
    label = "figures"
    verbose_name = _("Review figures")

    def ready(self) -> None:
        from crmllm.jobs.startable import Startable, startable
        from review.figures import datamap  # noqa: F401 (declares on import)

        again = Startable(_("Count all days of the review figures anew"), "review.figures.tasks.recount", "jobs.manage")
        startable.add("recount_days", again)
