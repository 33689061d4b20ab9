from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("esmero", "0014_hooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("link", "Link"), ("spam", "Spam")], max_length=4)),
                ("key", models.CharField(max_length=64)),
                ("url", models.TextField(blank=True, default="")),
                ("outcome", models.CharField(blank=True, default="", max_length=12)),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="trial_once")],
            },
        ),
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
