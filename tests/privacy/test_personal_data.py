"""The table knows every table and every column that names a person."""

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import models

from esmero.house.models import User
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.privacy.personal_data import TABLE, RowErasure, find_gaps


def own_models():
    """The models of this application, and those of others that refer to a user."""
    own = list(apps.get_app_config("esmero").get_models())
    others = [model for model in apps.get_models() if model not in own]
    of_users = [model for model in others if any(field.related_model is User for field in model._meta.fields)]
    assert UserSession in of_users
    return own + of_users


def test_no_model_and_no_column_is_forgotten():
    assert find_gaps(own_models()) == []


def test_a_new_column_of_a_person_is_noticed():
    for model, column in ((Person, "shoe_size"), (Message, "remark")):
        field = models.CharField(max_length=9, default="")
        field.contribute_to_class(model, column)
        try:
            assert find_gaps(own_models()) == [f"{model.__name__}.{column} is neither kept nor blanked."]
        finally:
            model._meta.local_fields.remove(field)
            model._meta._expire_cache()
            delattr(model, column)


def test_a_model_in_no_list_is_noticed():
    class Diary(models.Model):
        person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "nowhere"

    assert "Diary stands in both lists of privacy/personal_data.py, or in none." in find_gaps([Diary])


def test_each_treatment_says_why():
    for holding in TABLE:
        assert holding.why.endswith((".", ")")), holding.name
        assert bool(holding.blanked) == (holding.rows is RowErasure.BLANKED), holding.name
