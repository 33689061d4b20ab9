from django.apps import AppConfig


class EsmeroConfig(AppConfig):
    name = "esmero"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Configure the connections to the database."""
        from esmero.work.postgres import configure_connections

        configure_connections()
