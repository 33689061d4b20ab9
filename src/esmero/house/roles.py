"""What each role may do. Permissions are predicates of django-rules, so views and templates ask by name."""

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
RULE = _at_least("owner")

# The literal table: permission → who.
PERMISSIONS = {
    "house.read": READ,
    "people.change": ANSWER,
    "people.import": SEND,
    "people.export": SEND,
    "people.erase": SEND,
    "conversations.answer": ANSWER,
    "campaigns.write": SEND,
    "campaigns.start": SEND,
    "doubts.resolve": SEND,
    "work.retry": SEND,
    "house.settings": RULE,
}


def may(user: Anybody, permission: str) -> bool:
    """Say whether the user's role carries the permission; an unknown permission is a programming error (KeyError)."""
    return bool(PERMISSIONS[permission](user))
