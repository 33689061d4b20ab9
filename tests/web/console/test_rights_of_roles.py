"""Which role is refused at which address: as recorded before rights had names, for the addresses of that day."""

import json
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import get_converters

from tests.web.facts import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

RECORD = Path(__file__).with_name("refused_roles.json")
ROLES = ("reader", "agent", "manager", "owner")
# Nothing has this id: whoever may come in is told so, and nothing is changed.
NOTHING = {"int": 999_999, "slug": "nothing", "str": "nothing.example", "path": "nothing", "uuid": "0" * 32}


def list_addresses(resolver=None, names=(), values=None):
    """Return {name: path} of every address of the console."""
    found = {}
    for one in (resolver or get_resolver("esmero.urls")).url_patterns:
        kinds = {name: type(converter) for name, converter in getattr(one.pattern, "converters", {}).items()}
        given = {**(values or {}), **kinds}
        if isinstance(one, URLResolver):
            space = (*names, one.namespace) if one.namespace else names
            found |= list_addresses(one, space, given)
        elif isinstance(one, URLPattern) and names[:1] == ("console",) and one.name:
            by_type = {type(converter): kind for kind, converter in get_converters().items()}
            name = ":".join((*names, one.name))
            found[one.name] = reverse(name, kwargs={key: NOTHING[by_type[kind]] for key, kind in given.items()})
    return found


def refuse(client, role):
    """Return {"method name"} that answer 403 to a role."""
    refused, user = set(), staff(role)
    client.raise_request_exception = False  # a page that asks for a row that is not there is no matter of rights
    for name, path in list_addresses().items():
        for method in ("get", "post"):
            client.force_login(user)
            if getattr(client, method)(path).status_code == 403:
                refused.add(f"{method} {name}")
    return refused


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_refused_where_it_was(client, role):
    before = json.loads(RECORD.read_text("utf-8"))
    of_the_record = {f"{method} {name}" for name in before["addresses"] for method in ("get", "post")}
    assert refuse(client, role) & of_the_record == set(before[role])
