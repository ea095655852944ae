from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "crmllm.proposals"
    label = "proposals"
    verbose_name = "Proposals"

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.core.registry import seed_scale
        from crmllm.ingestion.signals import replayed
        from crmllm.proposals import models, proposing, services
        from crmllm.proposals.seed import seed
        from crmllm.writeback.outcomes import subscribe

        rules.own(models.Proposal)
        rules.own(models.Outcome, path="change__proposal__")
        subscribe(services.heed)
        replayed.connect(proposing.heed_replay)
        seed_scale.add("proposals", seed)
