from django.db import migrations, models


class Migration(migrations.Migration):
    """Runs know their set, the version of the rules, and the one figure that they are compared by."""

    dependencies = [("evaluation", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="evaluationrun",
            name="fingerprint",
            field=models.CharField(
                default="", help_text="Hash of the set's files and of what of it was read.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="evaluationrun",
            name="rules_version",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="evaluationrun",
            name="score",
            field=models.FloatField(default=0, help_text="The one figure that runs of a subject are compared by."),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="evaluationrun",
            name="request_model",
            field=models.CharField(blank=True, help_text="Empty: rules alone.", max_length=120),
        ),
        migrations.AlterField(
            model_name="evaluationrun",
            name="subject",
            field=models.SlugField(
                choices=[
                    ("extraction", "extraction"),
                    ("classification", "classification"),
                    ("sentiment", "sentiment"),
                    ("actions", "actions"),
                ],
                max_length=40,
            ),
        ),
        migrations.AddIndex(
            model_name="evaluationrun",
            index=models.Index(fields=["subject", "fingerprint", "-created_at"], name="evaluationrun_series"),
        ),
    ]
