"""Counts are kept by who sees them, too. What was kept without is dropped, and counted anew by the next run."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import crmllm.core.ids

FORGET = "TRUNCATE figures_countedday CASCADE"

FORWARD = """
CREATE FUNCTION crmllm_figures_audience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figures_touched (at)
    SELECT NEW.created_at
    UNION SELECT created_at FROM proposals_decision WHERE proposal_id = NEW.id
    UNION SELECT outcome.created_at
          FROM proposals_outcome AS outcome JOIN proposals_proposedchange AS change ON change.id = outcome.change_id
          WHERE change.proposal_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER figures_audience AFTER UPDATE ON proposals_proposal FOR EACH ROW
    WHEN (OLD.team_id IS DISTINCT FROM NEW.team_id OR OLD.owner_id IS DISTINCT FROM NEW.owner_id
          OR OLD.object <> NEW.object)
    EXECUTE FUNCTION crmllm_figures_audience();
"""

BACKWARD = """
DROP TRIGGER figures_audience ON proposals_proposal;
DROP FUNCTION crmllm_figures_audience();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0002_touched"),
        ("proposals", "0006_held_when_read"),
    ]

    operations = [
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RemoveField(
            model_name="countedday",
            name="came",
        ),
        migrations.AddField(
            model_name="fieldcount",
            name="audience",
            field=models.UUIDField(help_text="Who sees what was counted: figures.audience.", null=True),
        ),
        migrations.AddField(
            model_name="pacecount",
            name="audience",
            field=models.UUIDField(help_text="Who sees what was counted: figures.audience.", null=True),
        ),
        migrations.AlterField(
            model_name="fieldcount",
            name="day",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="figures.countedday"
            ),
        ),
        migrations.AlterField(
            model_name="pacecount",
            name="day",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="figures.countedday"
            ),
        ),
        migrations.RemoveField(model_name="pacecount", name="times"),
        migrations.RemoveField(model_name="pacecount", name="reasons"),
        migrations.AddField(
            model_name="pacecount",
            name="times",
            field=models.BinaryField(
                help_text="Milliseconds of each decision, four bytes each: medians do not add up."
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pacecount",
            name="reasons",
            field=models.TextField(help_text="Of the rejections, the known ones, each on a line."),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="CameCount",
            fields=[
                (
                    "id",
                    models.UUIDField(default=crmllm.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("audience", models.UUIDField(help_text="Who sees what was counted: figures.audience.", null=True)),
                ("object", models.CharField(max_length=12)),
                ("came", models.PositiveIntegerField()),
                (
                    "day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="figures.countedday"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunSQL(migrations.RunSQL.noop, FORGET),
    ]
