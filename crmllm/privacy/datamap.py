"""What consent and suppression hold about people: keyed hashes, which outlive an erasure on purpose."""

from crmllm.core.datamap import BASE, Category, declare

declare(
    "privacy.Consent",
    plain=f"{BASE} purpose channel state source effective_at interaction_id proposal_id retracted_at",
    person_index=Category.CONTACT,
    words=Category.CONTENT,
)
declare("privacy.Suppression", plain=f"{BASE} reason", identifier_index=Category.CONTACT)
