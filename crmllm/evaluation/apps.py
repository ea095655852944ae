from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "crmllm.evaluation"
    label = "evaluation"
    verbose_name = "Evaluation"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import NavItem, navigation
        from crmllm.evaluation import datamap, models  # noqa: F401 (declares on import)

        rules.everyone(models.EvaluationRun)
        navigation.add("quality", NavItem(_("Quality"), "evaluation:quality", permission="quality.view"), order=70)
