from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "crmllm.proposals"
    label = "proposals"
    verbose_name = "Proposals"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.ingestion.signals import replayed
        from crmllm.proposals import models, services
        from crmllm.writeback.outcomes import subscribe

        rules.own(models.Proposal)
        subscribe(services.heed)
        replayed.connect(services.heed_replay)
