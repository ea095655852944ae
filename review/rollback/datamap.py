"""What roll-backs hold about people: who asked for them; nothing of customers."""

from crmllm.core.datamap import BASE, WORK, Category, declare

declare(
    "rollback.Rollback",
    plain=f"{BASE} {WORK} subject_type subject_id subject scope state stop started_at finished_at",
    user=Category.STAFF,
)
declare("rollback.RollbackItem", plain=f"{BASE} rollback position proposal result why")
