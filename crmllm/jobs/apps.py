from django.apps import AppConfig
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "crmllm.jobs"
    label = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        from crmllm.jobs import schedules

        # Sent once for each app and database; after the last migration, whoever's it is, django-q2's table is there.
        post_migrate.connect(schedules.install, sender=self, dispatch_uid="jobs.schedules")
