"""Send the mail with the link by which a new staff member sets their password."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.utils.translation import gettext as _
from django.utils.translation import override

from esmero.house.models import User
from esmero.mailroom.transactional.staff_notices import send_notice
from esmero.outbox.models import Message
from esmero.outbox.posting.content import ToStaff
from esmero.outbox.posting.kinds import STAFF_INVITATION


def make_link(member: User) -> str:
    """Return the link by which the member sets a password: valid once, and for a day."""
    key = f"{user_pk_to_url_str(member)}-{default_token_generator.make_token(member)}"
    return str(get_adapter().get_reset_password_from_key_url(key))


def send_invitation(member: User, *, by: User) -> Message:
    """Queue the invitation; raises NoRelay if no brand has a relay yet."""
    with override(member.language):
        subject = _("Your access to Esmero")
        text = _(
            "Hello %(name)s,\n\n%(inviter)s has given you access to Esmero. Choose your password here:\n\n%(link)s\n\n"
            "The link works once, and for one day. If it is too late, ask %(inviter)s for another."
        ) % {"name": member.name, "inviter": by.name, "link": make_link(member)}
    return send_notice(STAFF_INVITATION, ToStaff(member), subject=subject, text=text)
