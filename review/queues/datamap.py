"""What queues hold about people: who has which work, and comments, which may say anything."""

from crmllm.core.datamap import BASE, Category, declare

declare(
    "queues.ReviewQueue",
    plain=f"{BASE} name position team hours order objects_in risk kinds origins mailbox told_until",
)
declare(
    "queues.Assignment",
    plain=f"{BASE} interaction team escalated_at",
    user=Category.STAFF,
    made_by=Category.STAFF,
    reason=Category.CONTENT,
)
declare(
    "queues.Comment",
    plain=f"{BASE} interaction",
    author=Category.STAFF,
    mentions=Category.STAFF,
    text=Category.CONTENT,
)
