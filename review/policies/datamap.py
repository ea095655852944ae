"""What policies hold about people: nothing of customers; figures, and who set them."""

from crmllm.core.datamap import BASE, WORK, Category, declare

declare(
    "policies.ReviewPolicy",
    plain=f"{BASE} object field source one_in confidence whole_history sample_share first_looks most_waiting state "
    "reason evidence_from on_since fit shift",
    owner=Category.STAFF,
)
declare(
    "policies.PolicyFit",
    plain=f"{BASE} policy number came pool until decisions errors confidence threshold above wrong_above bound steps "
    "spread",
)
declare("policies.PolicyCheck", plain=f"{BASE} {WORK} proposal task state blockers look_id checked_at")
declare(
    "policies.AutomatedValue",
    plain=f"{BASE} policy fit proposal change field source confidence paper sampled label labelled_at",
)
