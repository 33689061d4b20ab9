"""What a letter needs from its brand, which numbers in it cost its readers too much, and where its readers read."""

import re
from collections import Counter
from datetime import timedelta

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from esmero.dossier.models import Tally
from esmero.house.models import Brand
from esmero.house.profiles import is_ordinary_rate
from esmero.rendering.compile import Compiled
from esmero.rendering.support import GMAIL, GMX, ORANGE, OUTLOOK_COM, YAHOO
from esmero.web.console.messages.findings import Told

DAYS = 30
# Name of a receiver (outbox/receivers.py), or a domain → the program that its users read in.
_PROGRAMS = {"Gmail": GMAIL, "Yahoo": YAHOO, "Microsoft": OUTLOOK_COM, "Orange": ORANGE}
_GMX = re.compile(r"(gmx\.[a-z]+|web\.de)")
_PHONE = re.compile(r"(?<![\w/.=-])(?:\+|00)?\d[\d \u00a0\u202f().-]{6,18}\d(?![\w/-])")


def read_shares() -> dict[str, int]:
    """Return of each program the percentage of the last 30 days' mail that went to it, from the stored figures."""
    since = timezone.now().date() - timedelta(days=DAYS)
    sent: Counter[str] = Counter()
    rows = Tally.objects.filter(kind="sent", day__gte=since).values("key").annotate(sum=Sum("number"))
    for key, number in rows.values_list("key", "sum"):
        sent[_PROGRAMS.get(key) or (GMX if _GMX.fullmatch(key) else "")] += number
    whole = sum(sent.values())
    return {name: round(100 * number / whole) for name, number in sent.items() if name and whole}


def tell_care(brand: Brand, compiled: Compiled) -> list[Told]:
    """Say what is missing of the brand (rules G10 and G11), and each number that costs more than an ordinary call."""
    place, url = _("the brand’s settings"), reverse("console:brand-edit", args=[brand.pk])
    told = []
    if not is_ordinary_rate(brand.phone, code=brand.profile):
        told.append(
            Told(
                words=_("The brand names no phone at the ordinary rate; no message leaves without."),
                place=place,
                go="",
                url=url,
            )
        )
    if not brand.postal_address:
        told.append(Told(words=_("The brand names no postal address."), place=place, go="", url=url))
    text = "".join(piece if isinstance(piece, str) else " " for piece in compiled.text.pieces)
    text = re.sub(r"https?://\S+", " ", text)
    told += [
        Told(words=_("A call to %(phone)s costs more than an ordinary one.") % {"phone": phone}, place="", go="")
        for phone in dict.fromkeys(match[0].strip() for match in _PHONE.finditer(text))
        if not is_ordinary_rate(phone, code=brand.profile)
    ]
    return told
