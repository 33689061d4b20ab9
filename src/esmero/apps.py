from django.apps import AppConfig


class EsmeroConfig(AppConfig):
    name = "esmero"
    default_auto_field = "django.db.models.BigAutoField"
