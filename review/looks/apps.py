from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LooksConfig(AppConfig):
    name = "review.looks"
    label = "looks"
    verbose_name = _("Blind looks")

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import profile
        from crmllm.ingestion.signals import replayed
        from review.looks import datamap, models, services, views  # noqa: F401 (datamap declares on import)

        rules.own(models.Look, path="proposal__")
        replayed.connect(services.heed_replay)
        profile.add("own-figures", views.profile_part)
