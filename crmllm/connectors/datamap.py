"""What connections hold about people: the values that a CRM last showed us. External ids are pseudonyms."""

from crmllm.core.datamap import BASE, WORK, Category, declare

declare(
    "connectors.Connection",
    plain=f"{BASE} name connector key_id options state state_reason way token_until dry_run master_of",
    credentials=Category.SECRET,
)
declare(
    "connectors.ExternalRecord",
    plain=f"{BASE} connection object external_id record_id etag modified_at state",
    seen=Category.CONTENT,
)
declare(
    "connectors.Stream",
    plain=f"{BASE} {WORK} connection name reads writes discovered discovered_at mapping hidden paused every position "
    "full_wanted last_full_at last_run_at read_until",
)
declare("connectors.SyncRun", plain=f"{BASE} stream kind state finished_at counts there here reason")
declare("connectors.SkippedRecord", plain=f"{BASE} stream external_id code reason")
declare(
    "connectors.RemoteEvent",
    plain=f"{BASE} {WORK} connection key object external_id occurred_at deleted done_at outcome",
)
declare("connectors.CachedAnswer", plain=f"{BASE} connection key mark", body=Category.CONTENT)
declare("connectors.Listener", plain=f"{BASE} {WORK} connection replay_id heard_at note")
declare("connectors.LimitWindow", plain=f"{BASE} connection name started_at used before most blocked_until")
