from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "crmllm.jobs"
    label = "jobs"
    verbose_name = "Jobs"
