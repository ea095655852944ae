from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "review.policies"
    label = "policies"
    verbose_name = _("Policies")

    def ready(self) -> None:
        from crmllm.access import rules
        from crmllm.proposals import registry as proposals
        from review.bulk.models import BulkItem
        from review.looks import registry as looks
        from review.policies import applying, correcting, datamap, evidence, models  # noqa: F401 (declares on import)

        rules.everyone(models.ReviewPolicy)
        rules.own(models.PolicyCheck, path="proposal__")
        rules.own(models.AutomatedValue, path="proposal__")
        proposals.proposed.add("policies", applying.heed_proposed)
        looks.verdicts.add("policies", correcting.heed_verdict)
        # Of what was decided together only the sample was looked at.
        together = BulkItem.objects.filter(seen="").values("proposal")
        evidence.unlooked.add("bulk", Q(change__proposal__in=together))
        looks.taken_back.add("policies", correcting.heed_taken_back)
