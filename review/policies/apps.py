from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "review.policies"
    label = "policies"
    verbose_name = _("Policies")

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.proposals import registry as proposals
        from review.looks import registry as looks
        from review.policies import applying, correcting, datamap, models  # noqa: F401 (declares on import)

        rules.everyone(models.ReviewPolicy)
        rules.own(models.PolicyCheck, path="proposal__")
        rules.own(models.AutomatedValue, path="proposal__")
        proposals.proposed.add("policies", applying.heed_proposed)
        looks.verdicts.add("policies", correcting.heed_verdict)
        looks.taken_back.add("policies", correcting.heed_taken_back)
