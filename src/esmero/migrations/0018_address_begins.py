from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("esmero", "0017_scale")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["address"], opclasses=["varchar_pattern_ops"], name="message_address_begins"),
        ),
        migrations.RemoveIndex(model_name="message", name="message_address"),
    ]
