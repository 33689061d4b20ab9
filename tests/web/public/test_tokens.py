"""Tokens against every door that takes one.

Forged, cut, swapped, expired, replayed, of whoever is gone; nothing is gained. The doors are those of the URL table, so
a new one is tried without being named here.
"""

import pytest
from django.test import Client
from django.utils import timezone

from esmero.grants.purposes import PURPOSES
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.privacy.erasure import erase_person
from esmero.privacy.merging import merge
from esmero.rendering.tokens import LIFETIME, Signer, TokenPurpose
from esmero.web.public.urls import urlpatterns
from tests.web.document import read_document
from tests.web.public.every import furnish_readers
from tests.web.public.test_every import state

pytestmark = pytest.mark.django_db

DOORS = [str(pattern.pattern) for pattern in urlpatterns if "<slug:token>" in str(pattern.pattern)]
ACTS = [
    {"act": "leave"}, {"act": "undo"}, {"act": "none"}, {"act": "save", "pause": "6", "language": "fr"}, {},
    {"act": "correct", "given_name": "Eva"}, {"act": "move", "new": "eva@evil.example"}, {"act": "erase", "sure": "on"},
    {"List-Unsubscribe": "One-Click"},
]  # fmt: skip
SECRETS = ("persona0", "Ana", "Güell", "Mochuelo", "Fibra Norte", "cliente.example", "Novedades")


@pytest.fixture
def outside():
    return furnish_readers()


def purpose_of(door):
    return TokenPurpose(door[0])


def path_of(door, token):
    return "/" + door.replace("<slug:token>", token)


def bad(good, other, *, purpose, number, today):
    """Give tokens that nobody made for this door: `good` and `other` are of its purpose, for two different things."""
    signer = open_signer()
    flipped = [good[:n] + ("a" if good[n] != "a" else "b") + good[n + 1 :] for n in range(0, 40, 3)]
    spliced = [good[:16] + other[16:], good[:24] + other[24:], other[:16] + good[16:]]
    cut = [good[:-1], good + "a", good * 2, good[1:], "a", "7" * 40, "-" * 40, "_" * 4000]
    swapped = [signer.sign(one, number, day=today) for one in TokenPurpose if one is not purpose]
    strangers = [Signer({key: b"k" * 32}, current=key).sign(purpose, number, day=today) for key in (0, 1, 2, 65_535)]
    return [*flipped, *spliced, *cut, *swapped, *strangers]


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
def test_a_token_that_is_not_for_this_door_opens_nothing(outside, door):
    purpose, today = purpose_of(door), day_of(timezone.now())
    good = outside.tokens[purpose].removeprefix(f"/{purpose.value}/")
    number = open_signer().read(good, purpose=purpose, today=today).message
    other = open_signer().sign(purpose, number + 1, day=today)
    before, answers = state(), set()
    for language in ("es", "en"):
        client = Client(headers={"accept-language": language})
        for place, token in enumerate(bad(good, other, purpose=purpose, number=number, today=today)):
            asked = [client.get(path_of(door, token)), client.head(path_of(door, token))]
            asked += [client.post(path_of(door, token), ACTS[place % len(ACTS)])] if language == "en" else []
            for answer in asked:
                assert answer.status_code in {404, 405}, (token, answer.status_code)
            answers.add((language, asked[0].status_code, asked[0].content))
    assert len(answers) == 2  # one page in each language, whatever is wrong
    for _language, _status, page in answers:
        assert not [secret for secret in SECRETS if secret in page.decode()]
    assert state() == before


@pytest.mark.parametrize("door", DOORS)
def test_a_token_dies_on_its_day(outside, door):
    purpose, today = purpose_of(door), day_of(timezone.now())
    good = outside.tokens[purpose].removeprefix(f"/{purpose.value}/")
    number = open_signer().read(good, purpose=purpose, today=today).message
    late = open_signer().sign(purpose, number, day=today - LIFETIME[purpose] - 1)
    unknown = open_signer().sign(purpose, 2**40, day=today)
    before, client = state(), Client()
    pages = set()
    # A grant is asked for its row; without one the link is told apart from none that never was.
    gone = 404 if purpose in {one.token for one in PURPOSES} else 410
    for token in (late, unknown):
        for act in ACTS:
            assert client.post(path_of(door, token), act).status_code in {405, gone}
        answer = client.get(path_of(door, token))
        assert answer.status_code == gone
        pages.add(answer.content)
    [page] = pages
    assert not [secret for secret in SECRETS if secret in page.decode()]
    assert state() == before


def everything_twice(outside, name):
    """Do all that a token allows, twice, and give what the database held after each time."""
    client, states = Client(), []
    for _ in range(2):
        for door in (one for one in DOORS if purpose_of(one) in outside.tokens):
            path = outside.tokens[purpose_of(door)] + door.partition("<slug:token>")[2]
            client.post(path, {"act": name} if name else {})
        states.append(state())
    return states


@pytest.mark.parametrize("act", ["leave", "none", "", "erase"])
def test_a_replay_does_nothing_more(outside, act):
    first, second = everything_twice(outside, act)
    changed = {table for table in first if first[table] != second[table]}
    # A link to one's own data may be asked for again, and a few times more; this is a happening each time.
    asked = {"esmero.Grant", "esmero.Happening"} & changed
    assert asked in (set(), {"esmero.Grant", "esmero.Happening"}), changed
    assert changed - asked <= {"esmero.Message", "esmero.StoredFile", "esmero.Dispatch"}, changed


def test_of_whoever_was_erased_no_token_shows_or_does_anything(outside):
    message = Message.objects.order_by("id").first()
    erase_person(message.person, by="test", reason="asked", at=timezone.now())
    before, client = state(), Client()
    for purpose, path in outside.tokens.items():
        if purpose is TokenPurpose.CONFIRM or purpose is TokenPurpose.CLICK:
            continue
        for door in (one for one in DOORS if purpose_of(one) is purpose):
            place = path + door.partition("<slug:token>")[2]
            answer = client.get(place)
            assert answer.status_code in {200, 404, 410}, place
            page = read_document(answer)
            for secret in ("persona0", "Ana", "Güell", "Mochuelo"):
                assert secret not in page.markup, place
            for act in ACTS[:-1]:
                client.post(place, act)
    assert state() == before


def test_of_whoever_was_merged_the_token_speaks_for_who_they_are_now(outside):
    first, second = Person.objects.order_by("id")[:2]
    merge(second, first, taken=(), by="test")
    client = Client()
    for path in outside.tokens.values():
        if path[1] in "ufwd":
            assert client.get(path).status_code in {200, 410}, path
