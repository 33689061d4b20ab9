"""Answer a link that opens nothing, by one page for all: forged, cut, of another purpose, expired, spent, revoked.

Only the holder of a genuine link learns that it was one: the page offers to send another to the address on file,
without naming it.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from esmero.grants.models import Grant
from esmero.house.sign_in.kinds import UserKind, current_kind
from esmero.web.shells.host_brands import find_brand

type SendAgain = Callable[[Grant, datetime], object]


def answer_old_link(
    request: HttpRequest,
    *,
    at: datetime,
    grant: Grant | None = None,
    again: SendAgain | None = None,
    is_genuine: bool = False,
) -> HttpResponse:
    """Answer 410 to a genuine link, 404 to any other; `again` sends another one when the page's button is pressed.

    `is_genuine`: it was ours, but has no grant (a link of a mass message).
    """
    offered = grant is not None and again is not None
    sent = offered and request.method == "POST" and "again" in request.POST
    if sent:
        assert grant is not None
        assert again is not None
        again(grant, at)
    title, text = _tell_outcome(sent=sent)
    facts = {
        "title": title,
        "text": text,
        "brand": (grant.brand if grant is not None else None) or find_brand(request),
        "offered": offered and not sent,
    }
    gone = is_genuine or grant is not None
    return keep_private(render(request, "public/old_link.html", facts, status=200 if sent else 410 if gone else 404))


def _tell_outcome(*, sent: bool) -> tuple[str, str]:
    """Return title and text of the page."""
    if sent:
        text = _("If the link can still be of use, another one is on its way to the address that we know.")
        return _("Please look into your mailbox"), text
    text = _(
        "It may be mistyped or cut off, was used already, or its time is over. A newer message has one that works, and "
        "you can always answer the message itself."
    )
    return _("This link does not open anything"), text


def keep_private(response: HttpResponse) -> HttpResponse:
    """Keep a page with a token in its URL out of search indexes and referrers."""
    # The URL grants access, so it must not reach search indexes or referrer logs.
    response["X-Robots-Tag"] = "noindex, nofollow"
    # In the area forms are guarded against forgery (CSRF), which needs their origin: "no-referrer" would hide it.
    response["Referrer-Policy"] = "same-origin" if current_kind() == UserKind.CUSTOMER else "no-referrer"
    return response
