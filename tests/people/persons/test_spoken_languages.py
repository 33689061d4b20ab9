"""Pages and mails of our own speak the first wished language that the interface has."""

import pytest

from esmero.people.persons.spoken_languages import pick_spoken


@pytest.mark.parametrize(
    ("wished", "spoken"), [(("fr", "es"), "fr"), (("de", "fr"), "fr"), (("", "xx", "en"), "en"), (("es",), "es")]
)
def test_the_first_language_of_the_interface_is_taken(wished, spoken):
    assert pick_spoken(*wished) == spoken


def test_where_none_is_spoken_the_installation_decides(settings):
    settings.LANGUAGE_CODE = "fr"
    assert pick_spoken("", "de") == "fr"
