from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "review.figures"
    label = "figures"
    verbose_name = _("Review figures")

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.jobs.startable import Startable, startable
        from review.figures import audience, datamap, models  # noqa: F401 (datamap declares on import)

        for model in (models.CameCount, models.PaceCount, models.FieldCount):
            rules.restricted(model, audience.among)
        again = Startable(_("Count all days of the review figures anew"), "review.figures.tasks.recount", "jobs.manage")
        startable.add("recount_days", again)
