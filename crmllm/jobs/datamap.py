"""What background work holds about people: nothing. Jobs carry ids, and failures are sentences of ours."""

from crmllm.core.datamap import BASE, declare

declare(
    "jobs.JobRun",
    plain=f"{BASE} name cluster state arguments user started_at finished_at heartbeat_at progress total failures "
    "message error_code error_message cancel_requested",
)
declare("jobs.StageWake", plain="stage queued_at paused_at")
declare(
    "django_q.Task",
    plain="id name func hook args kwargs result group cluster started stopped success attempt_count",
)
declare(
    "django_q.Schedule",
    plain="id name func hook args kwargs schedule_type minutes repeats next_run cron task cluster intended_date_kwarg",
)
declare("django_q.OrmQ", plain="id key payload lock")
