"""List Today's lines about arrived mail: unreadable mail and address proposals."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.mailroom.arriving.queries import count_failed
from esmero.people.addresses.address_proposals import count_open
from esmero.web.console.area import TodayLine, TodayRequest
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.template_tags import chip


def list_unread_mail(asked: TodayRequest) -> list[TodayLine]:  # noqa: ARG001 - the lines of every area take it
    """Return a line about mails that arrived and could not be read, if there are any."""
    number = count_failed()
    if not number:
        return []
    words = ngettext(
        "%(shown)s mail that arrived could not be read", "%(shown)s mails that arrived could not be read", number
    )
    return [
        TodayLine(
            when=chip("broken", _("not read")),
            words=words % {"shown": format_number(number)},
            url=f"{reverse('console:returns-mail')}?look=unread",
            detail=_("Their bytes are kept. Look at the reason, then let them be read again."),
        )
    ]


def list_proposals(asked: TodayRequest) -> list[TodayLine]:  # noqa: ARG001
    """Return a line about address proposals to decide, if there are any."""
    number = count_open()
    if not number:
        return []
    words = ngettext("%(shown)s proposed address", "%(shown)s proposed addresses", number)
    return [
        TodayLine(
            when=chip("wait", _("to decide")),
            words=words % {"shown": format_number(number)},
            url=reverse("console:proposals"),
            detail=_("Automatic answers name who follows, or where somebody reads now."),
        )
    ]
