"""What blind looks hold: verdicts of our own people, and, sealed under the interaction's key, what they set."""

from crmllm.core.datamap import BASE, Category, declare

declare(
    "looks.Look",
    plain=f"{BASE} proposal decision why subject_id state given_until verdict milliseconds agreed decided_at truth "
    "settled_at ended",
    user=Category.STAFF,
    settled_by=Category.STAFF,
    reason=Category.CONTENT,
    edits=Category.CONTENT,
    planted=Category.CONTENT,
)
declare("looks.LookLine", plain=f"{BASE} look change field first second agreed")
declare("looks.GuardSettings", plain=f"{BASE} only second_share planted_on planted_share fast_ms drawn_until")
declare("looks.Told", plain=f"{BASE} pattern", user=Category.STAFF)
