from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "crmllm.experiments"
    label = "experiments"
    verbose_name = "Experiments"
