"""What decisions about many hold: whose they are. Patterns name fields and how they were found, no values."""

from crmllm.core.datamap import BASE, WORK, Category, declare

declare(
    "bulk.Bulk",
    plain=f"{BASE} pattern verdict state ended_at",
    user=Category.STAFF,
    reason=Category.CONTENT,
)
declare("bulk.BulkItem", plain=f"{BASE} {WORK} bulk proposal sample seen result why")
