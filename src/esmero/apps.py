from django.apps import AppConfig


class EsmeroConfig(AppConfig):
    name = "esmero"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Prepare what each connection to the database is told."""
        from esmero.work.postgres import watch_connections

        watch_connections()
