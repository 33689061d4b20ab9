"""List the kinds of single messages: class, lane, and how long their content is kept.

A kind names a use ("relay-test"), is stored with each message and never reused for another. Its class decides which
rules of the gate apply; messages of the class *internal* are not judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from esmero.outbox.models import MessageClass

# The order of claims: a password reset does not wait behind a newsletter.
LANES: Mapping[str, int] = {
    MessageClass.SERVICE: 0,
    MessageClass.INTERNAL: 0,
    MessageClass.AUTO_REPLY: 0,
    MessageClass.RELATIONAL: 1,
    MessageClass.COMMERCIAL: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKind:
    """Describe a kind of single messages.

    `expires`: the content is of no use after this time (it holds a link with a term, or what stands elsewhere); the
    message does not leave any more, and the content is blanked within a day (retention rule "own-letters"). `secret`:
    its link is for its reader alone, so nobody else is shown the content.
    """

    name: str
    message_class: MessageClass
    expires: timedelta | None = None
    secret: bool = False

    @property
    def lane(self) -> int:
        """Return the lane of the class."""
        return LANES[self.message_class]


STAFF_ACCOUNT = MessageKind(
    name="staff-account", message_class=MessageClass.INTERNAL, expires=timedelta(days=1), secret=True
)
STAFF_INVITATION = MessageKind(
    name="staff-invitation", message_class=MessageClass.INTERNAL, expires=timedelta(days=1), secret=True
)
RELAY_TEST = MessageKind(name="relay-test", message_class=MessageClass.INTERNAL)
REPLY_FORWARD = MessageKind(name="reply-forward", message_class=MessageClass.INTERNAL, expires=timedelta(days=30))
# Tests show the fields of a person, but are sent to staff.
CAMPAIGN_TEST = MessageKind(name="campaign-test", message_class=MessageClass.INTERNAL, expires=timedelta(days=7))
TEMPLATE_TEST = MessageKind(name="template-test", message_class=MessageClass.INTERNAL, expires=timedelta(days=7))
DATA_ACCESS_LINK = MessageKind(
    name="data-access-link", message_class=MessageClass.INTERNAL, expires=timedelta(days=2), secret=True
)
ADDRESS_CONFIRMATION = MessageKind(
    name="address-confirmation", message_class=MessageClass.INTERNAL, expires=timedelta(days=2), secret=True
)
ACCOUNT_INVITATION = MessageKind(
    name="account-invitation", message_class=MessageClass.INTERNAL, expires=timedelta(days=14), secret=True
)
ACCOUNT_LINK = MessageKind(
    name="account-link", message_class=MessageClass.INTERNAL, expires=timedelta(days=2), secret=True
)
ADDRESS_CHANGED = MessageKind(name="address-changed", message_class=MessageClass.INTERNAL)
SIGN_UP_CONFIRMATION = MessageKind(
    name="sign-up-confirmation", message_class=MessageClass.INTERNAL, expires=timedelta(days=8), secret=True
)
SIGN_UP_WELCOME = MessageKind(name="sign-up-welcome", message_class=MessageClass.RELATIONAL)

KINDS: tuple[MessageKind, ...] = (
    STAFF_ACCOUNT,
    STAFF_INVITATION,
    RELAY_TEST,
    REPLY_FORWARD,
    CAMPAIGN_TEST,
    TEMPLATE_TEST,
    DATA_ACCESS_LINK,
    ADDRESS_CONFIRMATION,
    ACCOUNT_INVITATION,
    ACCOUNT_LINK,
    ADDRESS_CHANGED,
    SIGN_UP_CONFIRMATION,
    SIGN_UP_WELCOME,
)
SECRET: frozenset[str] = frozenset(kind.name for kind in KINDS if kind.secret)
