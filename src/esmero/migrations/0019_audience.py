from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("esmero", "0018_address_begins")]

    operations = [
        migrations.RemoveIndex(model_name="audiencemember", name="audience_reason"),
        migrations.AddIndex(
            model_name="audiencemember",
            index=models.Index(fields=["first", "campaign", "person"], name="audience_first"),
        ),
        migrations.AddIndex(
            model_name="audiencemember",
            index=models.Index(fields=["outcome", "campaign", "person"], name="audience_outcome"),
        ),
    ]
