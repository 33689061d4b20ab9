from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("esmero", "0013_million"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                fields=["confirmed_at"],
                condition=Q(("state", "confirmed"), ~Q(("address", ""))),
                name="submission_confirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["last_at"], condition=~Q(("address", "")), name="conversation_named"),
        ),
    ]
