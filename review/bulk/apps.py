from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulkConfig(AppConfig):
    name = "review.bulk"
    label = "bulk"
    verbose_name = _("Decisions about many")

    def ready(self) -> None:
        from crmllm.access import rules
        from review.bulk import models

        rules.private(models.Bulk)
        rules.private(models.BulkItem, path="bulk__user")
