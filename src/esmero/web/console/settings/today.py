"""List Today's lines about the installation: unreadable mailboxes, messages in doubt, failed jobs."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.house.roles import may
from esmero.mailroom.arriving.queries import list_failing_mailboxes as read_failing_mailboxes
from esmero.outbox.queries import list_doubts
from esmero.web.console.area import TodayLine, TodayRequest
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.template_tags import chip, state
from esmero.web.parts.labels.connection_troubles import translate_trouble
from esmero.work.queries import count_jobs

MOST = 5


def list_failing_mailboxes(asked: TodayRequest) -> list[TodayLine]:
    """Return the mailboxes that cannot be read; users without the settings are led to the arrived mail."""
    failing, settings = read_failing_mailboxes(), may(asked.user, "house.settings")
    mail = reverse("console:returns-mail")
    lines = [
        TodayLine(
            when=chip("broken", _("trouble")),
            words=_("The mailbox %(name)s cannot be read") % {"name": one.name},
            url=reverse("console:mailbox", args=[one.pk]) if settings else mail,
            detail=translate_trouble(one.trouble),
            wrap=True,
        )
        for one in failing[:MOST]
    ]
    if len(failing) > MOST:
        words = ngettext("%(number)s mailbox cannot be read", "%(number)s mailboxes cannot be read", len(failing))
        url = reverse("console:mailboxes") if settings else mail
        lines.append(TodayLine(words=words % {"number": len(failing)}, url=url))
    return lines


def list_messages_in_doubt(asked: TodayRequest) -> list[TodayLine]:
    """Return the oldest messages in doubt."""
    return [
        TodayLine(
            when=state("message", one.state),
            words=one.person or one.address,
            url=reverse("console:person", args=[one.person.pk]) if one.person else "",
            detail=_("The connection broke after the last octet: they may have it, or not."),
            act=_("Decide"),
            act_url=f"{reverse('console:work')}#doubts",
        )
        for one in list_doubts(brand=asked.brand, limit=MOST)
    ]


def list_failed_jobs(asked: TodayRequest) -> list[TodayLine]:
    """Return a line about failed jobs, if there are any."""
    number = asked.once(count_jobs).get("failed", 0)
    if not number:
        return []
    words = ngettext("%(shown)s piece of work failed", "%(shown)s pieces of work failed", number)
    return [
        TodayLine(
            when=chip("broken", _("failed")),
            words=words % {"shown": format_number(number)},
            url=f"{reverse('console:work')}?state=failed",
            detail=_("Look at the reason, then let it go on."),
        )
    ]
