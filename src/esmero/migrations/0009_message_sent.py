from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("esmero", "0008_person_by_family")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["sent_at", "dispatch"], condition=Q(sent_at__isnull=False), name="message_sent"),
        ),
    ]
