from django.db import migrations, models
from django.db.models import F


def settle(apps, schema_editor):
    """What was entered before got its mail at once: it is asked already."""
    apps.get_model("esmero", "Submission").objects.update(asked_at=F("at"))
    apps.get_model("esmero", "Access").objects.update(written_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [("esmero", "0015_care")]

    operations = [
        migrations.AddField(
            "submission",
            "asked_at",
            models.DateTimeField(
                null=True,
                blank=True,
                help_text="When it was decided whether the mail that asks them to confirm may go.",
            ),
        ),
        migrations.AddField(
            "access",
            "language",
            models.CharField(max_length=2, blank=True, default="", help_text="In which they asked for it."),
        ),
        migrations.AddField(
            "access",
            "written_at",
            models.DateTimeField(
                null=True, blank=True, help_text="When it was decided whether the letter with the link may go."
            ),
        ),
        migrations.AddIndex(
            "submission",
            models.Index(fields=["id"], condition=models.Q(asked_at=None), name="submission_unasked"),
        ),
        migrations.AddIndex(
            "access",
            models.Index(fields=["id"], condition=models.Q(written_at=None), name="access_unwritten"),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop),
    ]
