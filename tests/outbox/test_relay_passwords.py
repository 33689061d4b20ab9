"""Relays' passwords in the table: nobody reads them there."""

from base64 import urlsafe_b64decode

import pytest
from django.core import signing
from django.db import connection

from esmero.outbox.models import Relay
from esmero.outbox.relay_passwords import (
    RelayPasswordLost,
    decrypt_relay_password,
    encrypt_password,
)

SECRET = "contraseña-de-la-salida"
pytestmark = pytest.mark.django_db


def relay(hidden):
    return Relay.objects.create(name="salida", host="relay.example", username="u", password=hidden)


def test_what_was_hidden_is_revealed_and_never_looks_the_same_twice():
    hidden = encrypt_password(SECRET)
    assert decrypt_relay_password(relay(hidden)) == SECRET
    assert encrypt_password(SECRET) != hidden
    assert decrypt_relay_password(Relay(name="x", password=encrypt_password(""))) == ""


def test_the_table_does_not_hold_the_password_in_any_reading():
    relay(encrypt_password(SECRET))
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM esmero_relay")
        [[kept]] = cursor.fetchall()
    octets = urlsafe_b64decode(kept.partition(":")[2])
    for form in (SECRET.encode(), SECRET.encode("utf-16-le"), SECRET.encode().hex().encode()):
        assert form not in octets
        assert form not in kept.encode()
    with pytest.raises(signing.BadSignature):
        signing.loads(kept, salt="esmero.relay")


@pytest.mark.parametrize("spoil", ["secret", "octet", "cut", "letters"])
def test_a_changed_table_or_secret_is_said_with_the_relay_and_the_remedy(settings, spoil):
    kept = relay(encrypt_password(SECRET))
    if spoil == "secret":
        settings.SECRET_KEY = "another" * 8
    elif spoil == "octet":
        kept.password = kept.password[:-5] + ("A" if kept.password[-5] != "A" else "B") + kept.password[-4:]
    elif spoil == "cut":
        kept.password = kept.password[:12]
    else:
        kept.password = "aes1:ñandú"
    with pytest.raises(RelayPasswordLost, match=r"relay salida cannot be read.*esmero relay create salida"):
        decrypt_relay_password(kept)
