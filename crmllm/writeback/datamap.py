"""What the outbox holds about people: values to write, and those that were there before."""

from crmllm.core.datamap import BASE, WORK, Category, declare

declare(
    "writeback.Writeback",
    plain=f"{BASE} {WORK} proposal connection operation object target_id seq depends_on undoes state actor_id sent_at "
    "verified_at",
    values=Category.CONTENT,
    base=Category.CONTENT,
    before=Category.CONTENT,
)
