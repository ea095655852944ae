from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RollbackConfig(AppConfig):
    name = "review.rollback"
    label = "rollback"
    verbose_name = _("Roll-backs")

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import benches
        from crmllm.writeback.outcomes import subscribe
        from review.rollback import bench, datamap, models, services, subjects  # noqa: F401 (declares on import)

        rules.everyone(models.Rollback)
        rules.own(models.RollbackItem, path="proposal__")
        benches.add("roll_back", bench.roll_back, order=40)
        subjects.install()
        subscribe(services.heed_write)
