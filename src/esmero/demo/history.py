"""Run the demo's first campaigns and the recipients' answers, through the same functions as production."""

import logging
import time
from collections.abc import Callable
from functools import partial

from django.utils import timezone

from esmero.campaigns.lifecycle import begin_dry_run, create_campaign, start_campaign
from esmero.campaigns.models import Campaign
from esmero.content.versions import add_version, create_template
from esmero.demo.letters import write_letter
from esmero.house.models import Brand
from esmero.mailroom.catcher_answers import NotDelivered, send_answer
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.models import Inbound
from esmero.outbox.ledger import STATES_AT_REST
from esmero.outbox.models import Captured, Message, MessageEvent
from esmero.people.models import Segment, Topic
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from esmero.work.stop_signal import StopSignal

log = logging.getLogger(__name__)
ACTOR = "esmero demo"
TIMEOUT_SECONDS = 120.0

# brand, topic, segment, name, reason by language
CAMPAIGNS = (
    (
        "fibra-norte",
        "novedades",
        "Clientes de fibra",
        "Más velocidad en diciembre",
        {
            "es": "usted tiene fibra con nosotros, y su línea cambia",
            "fr": "vous avez la fibre chez nous et votre ligne change",
            "en": "you have fibre with us, and your line is about to change",
        },
    ),
    (
        "cercle-references",
        "lettre",
        "Membres du Cercle",
        "La lettre de novembre",
        {
            "es": "usted es socio del Cercle y ha pedido su carta",
            "fr": "vous êtes membre du Cercle et avez demandé sa lettre",
            "en": "you are a member of the Cercle and asked for its letter",
        },
    ),
)

# Answers of the recipients: kind, and number of recipients.
ANSWERS = (("click", 9), ("reply", 4), ("absent", 3), ("bounce", 3), ("full", 2), ("complain", 1))


def send_first_campaigns(*, stop: StopSignal, on_first_mail: Callable[[], None]) -> list[Campaign]:
    """Check and start each campaign, and wait until it is sent; campaigns of an interrupted run are completed."""
    campaigns = []
    for place, (brand, topic, segment, name, reason) in enumerate(CAMPAIGNS):
        campaign = Campaign.objects.filter(name=name, brand__slug=brand).first()
        campaign = campaign or _draft(brand, topic=topic, segment=segment, name=name, reason=reason)
        if campaign.state == Campaign.State.DRAFT:
            checked = begin_dry_run(campaign, by=ACTOR)
            assert checked.job is not None
            run_to_end(checked.job, kinds=JOBS, worker=ACTOR)
        _wait(partial(_is_not, campaign, Campaign.State.CHECKING), stop=stop, what=f"the dry run of {name}")
        campaign.refresh_from_db()
        if campaign.state == Campaign.State.CHECKED:
            start_campaign(campaign, by=ACTOR)
        if place == 0:
            _wait(Captured.objects.exists, stop=stop, what="the first mail")
            on_first_mail()
        _wait(partial(_is_sent, campaign), stop=stop, what=f"the last mail of {name}")
        campaign.refresh_from_db()
        campaigns.append(campaign)
    return campaigns


def _draft(brand_slug: str, *, topic: str, segment: str, name: str, reason: dict[str, str]) -> Campaign:
    brand = Brand.objects.get(slug=brand_slug)
    template = create_template(name, brand=brand)
    version = add_version(template, texts=write_letter(topic), fields=known_fields(), created_by=ACTOR)
    return create_campaign(
        name,
        brand=brand,
        topic=Topic.objects.select_related("purpose").get(brand=brand, code=topic),
        version=version,
        segment=Segment.objects.get(name=segment),
        reason=reason,
        by=ACTOR,
    )


def submit_answers(campaigns: list[Campaign]) -> tuple[dict[str, int], list[str]]:
    """Submit answers to each campaign; return the number accepted by kind, and the errors."""
    given: dict[str, int] = {}
    refused: list[str] = []
    for campaign in campaigns:
        rows = Captured.objects.filter(message__dispatch=campaign.dispatch_id).order_by("id")
        caught = iter(rows[:: max(1, rows.count() // 40)])
        for kind, number in ANSWERS:
            for _ in range(number):
                captured = next(caught, None)
                if captured is None:
                    break
                try:
                    send_answer(captured, kind=kind)
                except NotDelivered as trouble:
                    refused.append(f"{kind}: {trouble}")
                    break
                given[kind] = given.get(kind, 0) + 1
    return given, refused


def wait_for_answers(given: dict[str, int], *, stop: StopSignal) -> dict[str, int]:
    """Wait until answers by mail and clicks are processed; return the number of events by kind."""
    mails = sum(number for kind, number in given.items() if kind != "click")
    done = Inbound.objects.exclude(state=Inbound.State.NEW)
    _wait(lambda: done.count() >= mails, stop=stop, what="the answers by mail")
    clicks = MessageEvent.objects.filter(kind=MessageEvent.Kind.CLICKED)
    _wait(lambda: clicks.count() >= given.get("click", 0), stop=stop, what="the clicks")
    counted: dict[str, int] = {}
    for kind in MessageEvent.objects.values_list("kind", flat=True):
        counted[kind] = counted.get(kind, 0) + 1
    return dict(sorted(counted.items()))


def has_answers() -> bool:
    """Return whether an earlier run submitted the answers."""
    return Inbound.objects.exists()


def _state(campaign: Campaign) -> str:
    return Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk)


def _is_not(campaign: Campaign, state: str) -> bool:
    return _state(campaign) != state


def _is_sent(campaign: Campaign) -> bool:
    """Return whether all messages were sent, or wait for a retry in the future (a full mailbox, a day)."""
    state = _state(campaign)
    if state != Campaign.State.RUNNING:
        return state in {"done", "paused", "cancelled"}
    rest = Message.objects.filter(dispatch=campaign.dispatch_id).exclude(state__in=STATES_AT_REST)
    return not rest.exclude(state=Message.State.WAITING, due_at__gt=timezone.now()).exists()


def _wait(is_so: Callable[[], bool], *, stop: StopSignal, what: str) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        if stop.wait(0.05):
            raise InterruptedError(f"ended while waiting for {what}")
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"{what} did not come within {TIMEOUT_SECONDS:g} s; the page Work of the console says why"
            )
