"""The tables behind the menu and the keys agree with the pages that there are."""

from collections import Counter

import pytest
from django.urls import reverse

from esmero.web.console.areas import collect_contributions
from esmero.web.console.keyboard_shortcuts import EVERYWHERE, LISTS
from esmero.web.console.menu import build_menu
from tests.web.facts import furnish, staff

PLACES, STARTS = collect_contributions().places, collect_contributions().starts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_each_place_has_its_own_letter_and_page():
    assert [letter for letter, number in Counter(place.letter for place in PLACES).items() if number > 1] == []
    assert [place.letter for place in PLACES if len(place.letter) != 1] == []
    for each in (*PLACES, *STARTS):
        assert reverse(f"console:{each.address}")


def test_each_key_does_one_thing():
    presses = [key.press for key in (*EVERYWHERE, *LISTS)]
    assert len(set(presses)) == len(presses)
    assert "g" not in presses


@pytest.mark.slow
def test_each_place_opens_and_is_marked_in_the_menu(client):
    furnish()
    client.force_login(staff())
    for place in PLACES:
        page = client.get(reverse(f"console:{place.address}"))
        current = [
            one.place.subject
            for group in page.context["menu"]
            for top in group
            for one in (top, *top.inside)
            if one.current
        ]
        assert current == [place.subject], place


def test_the_foot_of_a_phone_has_five_at_most():
    assert 3 <= sum(bool(place.icon) for place in PLACES) <= 5


def test_the_catcher_is_for_the_demo_alone():
    user = staff()
    subjects = [
        one.place.subject for group in build_menu(user, subject="today", counts={}, demo=False) for one in group
    ]
    assert "catcher" not in subjects
    assert subjects[0] == "today"
