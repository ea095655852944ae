from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "crmllm.proposals"
    label = "proposals"
    verbose_name = "Proposals"
