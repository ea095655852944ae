"""Whoever changes what was counted marks it: rows that are older than an hour, or that become others later."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION crmllm_figures_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO figures_touched (at) VALUES (NEW.created_at);
    END IF;
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.created_at <> NEW.created_at) THEN
        INSERT INTO figures_touched (at) VALUES (OLD.created_at);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION crmllm_figures_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figures_touched (at)
    SELECT decision.created_at
    FROM proposals_decision AS decision JOIN proposals_proposal AS proposal ON proposal.id = decision.proposal_id
    WHERE proposal.interaction_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER figures_deadline AFTER UPDATE ON ingestion_interaction
    FOR EACH ROW WHEN (OLD.due_at IS DISTINCT FROM NEW.due_at) EXECUTE FUNCTION crmllm_figures_deadline();
"""

BACKWARD = """
DROP TRIGGER figures_deadline ON ingestion_interaction;
DROP FUNCTION crmllm_figures_deadline();
DROP FUNCTION crmllm_figures_touched();
"""

#: What of a row is counted.
COUNTED = {
    "proposals_proposal": ("created_at", "object"),
    "proposals_decision": ("created_at", "verdict", "actor_id", "reason", "milliseconds"),
    "proposals_outcome": ("created_at", "judged", "automatic", "undone"),
}


def triggers(table: str, columns: tuple[str, ...]) -> migrations.RunSQL:
    """The three triggers of a table."""
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    hour = "now() - interval '1 hour'"
    when = {
        "INSERT": f"NEW.created_at < {hour}",
        "UPDATE": f"LEAST(OLD.created_at, NEW.created_at) < {hour} AND ({changed})",
        "DELETE": f"OLD.created_at < {hour}",
    }
    forward = "".join(
        f"CREATE TRIGGER figures_{event.lower()} AFTER {event} ON {table} FOR EACH ROW WHEN ({which}) "
        "EXECUTE FUNCTION crmllm_figures_touched();"
        for event, which in when.items()
    )
    backward = "".join(f"DROP TRIGGER figures_{event} ON {table};" for event in ("insert", "update", "delete"))
    return migrations.RunSQL(forward, backward)


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0001_initial"),
        ("proposals", "0005_when_it_came"),
        ("ingestion", "0005_hand_out"),
    ]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        *(triggers(table, columns) for table, columns in COUNTED.items()),
    ]
