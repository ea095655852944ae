import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proposals", "0004_patterns")]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="decision_made"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["created_at"], name="proposal_came"),
        ),
    ]
