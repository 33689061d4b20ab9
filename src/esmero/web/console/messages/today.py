"""List Today's lines about messages: held ones to approve, and campaigns in progress."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.campaigns.models import Campaign
from esmero.campaigns.queries import Progress, list_running, measure_progress
from esmero.outbox.models import Message
from esmero.outbox.queries import count_undecided, list_held
from esmero.web.console.area import RunningLine, TodayLine, TodayRequest
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.template_tags import state

MOST = 5


def list_held_messages(asked: TodayRequest) -> list[TodayLine]:
    """Return the messages that wait for an approval, the oldest first, and a line that counts more of them."""
    held = list_held(brand=asked.brand, limit=MOST)
    number = asked.once(count_undecided, brand=asked.brand).get(Message.State.HELD, 0)
    lines = [
        TodayLine(
            when=state("message", one.state),
            words=one.person or one.address,
            url=reverse("console:message", args=[one.pk]),
            detail=_("This message leaves when somebody lets it."),
        )
        for one in held
    ]
    if number > len(held):
        counted = ngettext(
            "%(shown)s message is held in all; the oldest are shown.",
            "%(shown)s messages are held in all; the oldest are shown.",
            number,
        )
        lines.append(TodayLine(detail=counted % {"shown": format_number(number)}))
    return lines


def list_campaigns(asked: TodayRequest) -> list[RunningLine]:
    """Return the campaigns in progress or paused, newest first."""
    campaigns = list_running(brand=asked.brand)
    progress = measure_progress(campaigns, at=asked.now)
    return [_draw_campaign(one, progress.get(one.pk)) for one in campaigns]


def _draw_campaign(campaign: Campaign, progress: Progress | None) -> RunningLine:
    done, total, broken, note = 0, 0, 0, ""
    if progress and progress.total:
        done, total, broken = progress.left, progress.total, progress.returned_for_good
        note = " · ".join(_measure(progress))
    elif campaign.job and campaign.job.total:
        done, total = campaign.job.done, campaign.job.total
        note = _("%(done)s of %(total)s people") % {"done": format_number(done), "total": format_number(total)}
    return RunningLine(
        words=campaign.name,
        url=reverse("console:campaign", args=[campaign.pk]),
        state=state("campaign", campaign.state),
        done=done,
        total=total,
        broken=broken,
        note=note,
    )


def _measure(progress: Progress) -> list[str]:
    returned, minutes = progress.returned_for_good, progress.minutes_left
    left, total = format_number(progress.left), format_number(progress.total)
    texts = [_("%(left)s of %(total)s") % {"left": left, "total": total}]
    if returned:
        shown = {"shown": format_number(returned)}
        texts.append(ngettext("%(shown)s returned", "%(shown)s returned", returned) % shown)
    if minutes:
        texts.append(_("about %(minutes)s min left") % {"minutes": minutes})
    return texts
