from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "crmllm.monitoring"
    label = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        from crmllm.core.registry import frame
        from crmllm.jobs.startable import Startable, startable
        from crmllm.monitoring import checks, selectors  # noqa: F401 (checks register on import)

        frame.add("model_status", selectors.model_banner)
        startable.add(
            "verify_audit",
            Startable(
                _("Verify the audit trail"),
                "crmllm.monitoring.tasks.verify_audit",
                permission="audit.view",
                button=True,
            ),
        )
