"""What connections hold about people: the values that a CRM last showed us."""

from crmllm.core.datamap import BASE, Category, declare

declare(
    "connectors.Connection",
    plain=f"{BASE} name connector key_id options state state_reason master_of",
    credentials=Category.SECRET,
)
declare(
    "connectors.ExternalRecord",
    plain=f"{BASE} connection object external_id record_id etag modified_at state",
    seen=Category.CONTENT,
)
