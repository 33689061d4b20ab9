"""Show Today: work that waits for a person, running work, and changes since yesterday."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from esmero.campaigns.queries import list_running, measure_progress
from esmero.conversations.queries import count_waiting, list_waiting
from esmero.mailroom.arriving.queries import count_failed, list_failing_mailboxes
from esmero.outbox.models import Message
from esmero.outbox.queries import (
    count_events,
    count_sent,
    count_undecided,
    list_doubts,
    list_held,
    list_relays,
)
from esmero.people.addresses.address_proposals import count_open as count_open_proposals
from esmero.people.persons.queries import count_people, list_running_imports
from esmero.privacy.requests import count_open as count_open_requests
from esmero.privacy.requests import list_open
from esmero.web.console.access import requires, staff
from esmero.web.console.page_frame import read_brand, show, show_part, wants_part
from esmero.web.console.settings.first_steps import list_steps, steps_left
from esmero.work.queries import count_jobs

# Kinds of events, the most important to staff first.
_EVENT_KINDS = ("replied", "returned-for-good", "complained", "unsubscribed", "absent", "clicked")


@requires()
def today(request: HttpRequest) -> HttpResponse:
    """Show the start page; htmx polls the running work while there is any."""
    brand = read_brand(request)
    if brand is None:
        steps = list_steps(None)
        return show(request, "console/welcome.html", subject="today", steps=steps, following=steps[0])
    now = timezone.now()
    campaigns = list_running(brand=brand)
    progress = measure_progress(campaigns, at=now)
    running = {
        "campaigns": [(campaign, progress.get(campaign.pk)) for campaign in campaigns],
        "imports": list_running_imports(brand=brand.pk),
    }
    if wants_part(request):
        return show_part(request, "console/today.html#running", **running)
    yesterday = now - timedelta(days=1)
    events = count_events(brand=brand, kinds=_EVENT_KINDS, since=yesterday)
    waiting = list_waiting(brand=brand, limit=6)
    jobs, undecided, relays = count_jobs(), count_undecided(brand=brand), list_relays()
    return show(
        request,
        "console/today.html",
        subject="today",
        greeting=_greeting(timezone.localtime(now).hour) % {"name": staff(request).name.partition(" ")[0]},
        now=now,
        waiting_list=waiting,
        waiting_number=count_waiting(brand=brand),
        oldest=waiting[0].last_at if waiting else None,
        people=count_people(),
        sent=count_sent(brand=brand, since=yesterday),
        since=[(kind, events.get(kind, 0)) for kind in _EVENT_KINDS],
        held=list_held(brand=brand, limit=5),
        held_number=undecided.get(Message.State.HELD, 0),
        doubts=list_doubts(brand=brand, limit=5),
        doubts_number=undecided.get(Message.State.DOUBT, 0),
        failed=jobs.get("failed", 0),
        relays=relays,
        requests=list_open(limit=5),
        requests_number=count_open_requests(),
        proposals=count_open_proposals(),
        unread=count_failed(),
        troubled=list_failing_mailboxes(),
        steps_left=steps_left(brand, user=staff(request), relays=relays),
        **running,
    )


def _greeting(hour: int) -> str:
    if hour < 12:
        return _("Good morning, %(name)s")
    return _("Good afternoon, %(name)s") if hour < 20 else _("Good evening, %(name)s")
