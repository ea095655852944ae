from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "crmllm.jobs"
    label = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import NavItem, navigation, settings_pages
        from crmllm.jobs import schedules
        from crmllm.jobs.models import JobRun
        from crmllm.jobs.startable import Startable, startable

        rules.everyone(JobRun)  # figures and sentences, no records; `jobs.view` guards the page
        navigation.add("jobs", NavItem(_("Jobs"), "jobs:index", permission="jobs.view"), order=80)
        settings_pages.add("schedules", NavItem(_("Schedules"), "jobs:schedules", permission="jobs.view"), order=60)
        startable.add("retry_failed", Startable(_("Retry all that failed"), "crmllm.jobs.services.retry_failed"))
        # Sent after the last migration of all, whoever's it is: django-q2's table is there.
        post_migrate.connect(schedules.install, sender=self, dispatch_uid="jobs.schedules")
