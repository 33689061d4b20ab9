"""Define the permissions of each role as predicates of django-rules, which views and templates check by name."""

from django.contrib.auth.models import AnonymousUser
from rules.predicates import Predicate

from esmero.house.models import User

type Anybody = User | AnonymousUser


def _at_least(*roles: str) -> Predicate:
    def has_role(user: Anybody) -> bool:
        return isinstance(user, User) and user.is_active and user.role in roles

    return Predicate(has_role, name=f"is one of {', '.join(roles)}")


READ = _at_least("owner", "manager", "agent", "reader")
ANSWER = _at_least("owner", "manager", "agent")
SEND = _at_least("owner", "manager")
CONFIGURE = _at_least("owner")

# Permission → predicate on the role.
PERMISSIONS = {
    "house.read": READ,
    "people.change": ANSWER,
    "people.accounts": ANSWER,
    "people.import": SEND,
    "people.export": SEND,
    "people.erase": SEND,
    "conversations.answer": ANSWER,
    "campaigns.write": SEND,
    "campaigns.start": SEND,
    "doubts.resolve": SEND,
    "work.retry": SEND,
    "returns.lift": SEND,
    "house.settings": CONFIGURE,
}


def may(user: Anybody, permission: str) -> bool:
    """Return whether the user's role has a permission; raise KeyError for an unknown one."""
    return bool(PERMISSIONS[permission](user))
