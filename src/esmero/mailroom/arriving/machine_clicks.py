"""Distinguish automatic clicks from those of persons, by several independent signs that are stored by name.

Signs in the request itself (clicks.find_sign: head, prefetch, agent) are known at once. Signs that depend on other
clicks are computed at import, so a click may be marked later:

- all-links: three different links of one message within ten seconds, or all (at least two) within two;
- too-soon: two different links within three seconds of sending (a single one may be a person who waited for it);
- network: five messages in the same second from one network;
- data-centre: ten or more messages from one network in a day, to three or more domains, all within a minute of
  sending.

A hidden link is not used as a sign: filters take hidden text for spam, and screen readers would read it out. Networks
are stored as keyed hashes for a day (the key changes daily), then deleted.
"""

import hashlib
import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from esmero.content.models import Link
from esmero.house.keys import suppression_key
from esmero.mailroom.models import ClickTrace
from esmero.outbox.models import MessageEvent

ALL_LINKS, ALL_LINKS_WITHIN = 3, timedelta(seconds=10)
EVERY_WITHIN = timedelta(seconds=2)
TOO_SOON = timedelta(seconds=3)
CLOCK_TOLERANCE = timedelta(minutes=1)
"""The time of sending is written after a batch, so a click may be recorded before it."""
SAME_SECOND = 5
CENTRE_MESSAGES, CENTRE_DOMAINS, CENTRE_WITHIN = 10, 3, timedelta(minutes=1)
KEPT_FOR = timedelta(days=1)
PRIVATE_NETWORKS = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
"""Private networks (RFC 1122, 1918, 4193): the address of a proxy that does not forward the client's."""
MAX_ROWS = 5_000


def hash_network(address: str, *, at: datetime) -> str:
    """Return the keyed hash of a client's network (/24, or /48 of IPv6) for the day of `at`.

    Empty for no address, and for a private network: all clients may share it.
    """
    try:
        host = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return ""
    host = getattr(host, "ipv4_mapped", None) or host
    if any(host in own for own in PRIVATE_NETWORKS):
        return ""
    network = ipaddress.ip_network(f"{host}/{24 if host.version == 4 else 48}", strict=False)
    key = suppression_key(settings.HOME)[:64]
    words = f"click {at.astimezone(UTC):%Y-%m-%d} {network}".encode()
    return hashlib.blake2b(words, key=key, digest_size=8).hexdigest()


def judge_clicks(fresh: Sequence[MessageEvent], *, networks: Mapping[int, str]) -> None:
    """Judge new clicks (saved, in the caller's transaction) together with earlier ones of their messages and networks.

    `networks` maps the index of a click in `fresh` to the hash of its network.
    """
    if not fresh:
        return
    _keep_traces(fresh, networks=networks)
    signs: dict[int, list[str]] = defaultdict(list)
    for event, sign in (*_judge_messages(fresh), *_judge_networks(set(networks.values()) - {""}, fresh)):
        signs[event].append(sign)
    _write(signs)


def delete_old_traces(*, now: datetime) -> int:
    """Delete networks of clicks older than a day."""
    return ClickTrace.objects.filter(at__lt=now - KEPT_FOR).delete()[0]


def _keep_traces(fresh: Sequence[MessageEvent], *, networks: Mapping[int, str]) -> None:
    ClickTrace.objects.bulk_create(
        [
            ClickTrace(event=event, network=networks[place], at=event.at)
            for place, event in enumerate(fresh)
            if networks.get(place)
        ]
    )


def _judge_messages(fresh: Sequence[MessageEvent]) -> Iterable[tuple[int, str]]:
    first, last = min(event.at for event in fresh), max(event.at for event in fresh)
    near = MessageEvent.objects.filter(
        kind=MessageEvent.Kind.CLICKED,
        message__in={event.message_id for event in fresh},
        at__range=(first - ALL_LINKS_WITHIN, last + ALL_LINKS_WITHIN),
    ).order_by("message_id", "at", "id")
    rows = list(near.values_list("id", "message_id", "at", "link_id", "message__sent_at", "link__text_id")[:MAX_ROWS])
    numbers = _count_links({text for *_, text in rows if text})
    by_message: dict[int, list[tuple[int, datetime, int | None]]] = defaultdict(list)
    links: dict[int, int] = {}
    soon: dict[int, dict[int, int | None]] = defaultdict(dict)
    for event, message, at, link, sent_at, text in rows:
        by_message[message].append((event, at, link))
        links[message] = max(links.get(message, 0), numbers.get(text or 0, 0))
        if sent_at and sent_at - CLOCK_TOLERANCE <= at <= sent_at + TOO_SOON:
            soon[message][event] = link
    for early in soon.values():
        if len(set(early.values())) > 1:
            yield from ((event, "too-soon") for event in early)
    for message, clicks in by_message.items():
        for event in _find_bursts(clicks, links=links[message]):
            yield event, "all-links"


def _count_links(texts: set[int]) -> dict[int, int]:
    rows = Link.objects.filter(text__in=texts).values_list("text_id").annotate(Count("id")).order_by()
    return dict(rows)


def _find_bursts(clicks: Sequence[tuple[int, datetime, int | None]], *, links: int) -> set[int]:
    """Return the clicks of one message (in order) that belong to a burst over different links."""
    found: set[int] = set()
    for within, needed in ((ALL_LINKS_WITHIN, ALL_LINKS), (EVERY_WITHIN, max(links, 2))):
        start = 0
        for end, (_, at, _) in enumerate(clicks):
            while at - clicks[start][1] > within:
                start += 1
            window = clicks[start : end + 1]
            # Bounded, or a burst of thousands of clicks would take quadratic time.
            if len({link for _, _, link in window[-200:]}) >= needed:
                found.update(event for event, _, _ in window)
    return found


def _judge_networks(networks: set[str], fresh: Sequence[MessageEvent]) -> Iterable[tuple[int, str]]:
    if not networks:
        return
    since = min(event.at for event in fresh) - KEPT_FOR
    rows = ClickTrace.objects.filter(network__in=networks, at__gte=since).order_by("network", "at")
    facts = rows.values_list(
        "network", "event_id", "at", "event__message_id", "event__message__sent_at", "event__message__address"
    )
    by_network: dict[str, list[tuple[int, datetime, int, bool, str]]] = defaultdict(list)
    for network, event, at, message, sent_at, address in facts[:MAX_ROWS]:
        quick = bool(sent_at and sent_at - CLOCK_TOLERANCE <= at <= sent_at + CENTRE_WITHIN)
        by_network[network].append((event, at, message, quick, address.rpartition("@")[2]))
    for clicks in by_network.values():
        seconds: dict[int, dict[int, int]] = defaultdict(dict)
        for event, at, message, _, _ in clicks:
            seconds[int(at.timestamp())][event] = message
        for together in seconds.values():
            if len(set(together.values())) >= SAME_SECOND:
                yield from ((event, "network") for event in together)
        if (
            all(quick for *_, quick, _ in clicks)
            and len({message for _, _, message, _, _ in clicks}) >= CENTRE_MESSAGES
            and len({domain for *_, domain in clicks}) >= CENTRE_DOMAINS
        ):
            yield from ((event, "data-centre") for event, *_ in clicks)


def _write(signs: Mapping[int, list[str]]) -> None:
    """Mark the events: `machine` is the first sign found, `facts` has all."""
    for event in MessageEvent.objects.filter(Q(pk__in=list(signs))):
        had = event.facts.get("signs") or ([event.machine] if event.machine else [])
        all_signs = list(dict.fromkeys([*had, *signs[event.pk]]))
        if all_signs != event.facts.get("signs"):
            event.machine = event.machine or all_signs[0]
            event.facts = {**event.facts, "signs": all_signs}
            event.save(update_fields=["machine", "facts"])
