"""Grants as the house makes them, for pages of persons."""

from esmero.grants.granting import make_grant, write_token
from esmero.grants.models import Grant
from esmero.grants.purposes import ADDRESS_CHANGE, DATA_ACCESS, PURPOSES
from esmero.house.models import Brand
from esmero.people.models import Person


def grant_data_access(person: Person, *, brand: Brand, at) -> Grant:
    """A link to one's own data."""
    return make_grant(DATA_ACCESS, subject=person, person=person, brand=brand, at=at)


def grant_address_change(person: Person, *, brand: Brand, new: str, at, old: str | None = None) -> Grant:
    """A link that was sent to a new address."""
    was = old if old is not None else person.address.value
    facts = {"old": was, "new": new}
    return make_grant(ADDRESS_CHANGE, subject=person, person=person, brand=brand, at=at, facts=facts)


def path_of(grant: Grant) -> str:
    """The path of a grant's page among the public pages."""
    (purpose,) = [one for one in PURPOSES if one.name == grant.purpose]
    return f"/{purpose.token.value}/{write_token(grant, purpose=purpose)}"
