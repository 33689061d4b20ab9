"""Look up the host names of sending sources; a name counts only if it resolves back to the address."""

import ipaddress
import time
from datetime import timedelta

import dns.exception
import dns.resolver
import dns.reversename
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from esmero.mailroom.models import AlignmentSource

MOST = 50  # sources in one run
PATIENCE = 20.0  # seconds for all of them
WAIT = 2.0  # seconds for one query
AGAIN = timedelta(days=30)


def name_sources(domain: str) -> int:
    """Look up the names of a domain's busiest sources without a recent look-up; returns their number."""
    now, begun, done = timezone.now(), time.monotonic(), 0
    rows = AlignmentSource.objects.filter(Q(asked_at=None) | Q(asked_at__lt=now - AGAIN), domain=domain)
    for row in rows.order_by("-total", "-id")[:MOST]:
        if time.monotonic() - begun > PATIENCE:
            break
        name = find_name(row.source)
        with transaction.atomic():
            AlignmentSource.objects.filter(pk=row.pk).update(host=name, asked_at=now)
        done += 1
    return done


def find_name(source: str) -> str:
    """Return the name of an IP address that resolves back to it (RFC 1912 section 2.1); "" if there is none."""
    try:
        address = ipaddress.ip_address(source)
        pointers = dns.resolver.resolve(dns.reversename.from_address(str(address)), "PTR", lifetime=WAIT)
        name = str(pointers[0]).rstrip(".").lower()[:253]
        kind = "A" if address.version == 4 else "AAAA"
        there = dns.resolver.resolve(name, kind, lifetime=WAIT)
        return name if any(ipaddress.ip_address(str(one)) == address for one in there) else ""
    except (dns.exception.DNSException, OSError, ValueError):
        return ""
