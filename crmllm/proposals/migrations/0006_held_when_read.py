from django.db import migrations

import crmllm.core.fields


class Migration(migrations.Migration):
    dependencies = [("proposals", "0005_when_it_came")]

    operations = [
        migrations.AddField(
            model_name="proposedchange",
            name="read",
            field=crmllm.core.fields.SealedField(
                help_text="What it held when the text was read, where that is not `old` any more.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="proposedchange",
            name="old",
            field=crmllm.core.fields.SealedField(help_text="What the CRM held, brought up to date before a decision."),
        ),
    ]
