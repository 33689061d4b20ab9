"""Whose page it is: the signed token in its address says which message, and so which person, brand and language.

The token is all the right that a visitor has and needs: no session, no cookie, and no other protection against forged
forms, for who cannot make the token cannot make the address of the form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.composing.public_archive import find_public_number
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.people.models import Person
from esmero.rendering.tokens import Token, TokenPurpose, TokenRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenVisit:
    """A recipient with a message in hand. `chosen` is the language that they asked for on the page, or empty."""

    message: Message
    brand: Brand
    person: Person | None
    token: Token
    chosen: str

    def path(self, purpose: TokenPurpose, *, below: str = "") -> str:
        """Return the path of another page about the same message; it lives no longer than the address of this one."""
        code = open_signer().sign(purpose, self.message.pk, day=self.token.day)
        return f"/{purpose.value}/{code}{below}" + (f"?lang={self.chosen}" if self.chosen else "")

    def share(self) -> str:
        """Return the path of this issue as anybody may read it, without anything of its reader; "" where there is none."""
        dispatch = self.message.dispatch
        number = find_public_number(dispatch)
        if number is None or dispatch.topic is None:
            return ""
        return reverse("issue", args=[self.brand.slug, dispatch.topic.code, number])

    def show(self, request: HttpRequest, template: str, **facts: Any) -> HttpResponse:
        """Answer a page under the brand's name."""
        return render(request, template, {"brand": self.brand, "languages": settings.LANGUAGES, "visit": self, **facts})


type View = Callable[[HttpRequest, str], HttpResponse]
type Shown = Callable[Concatenate[HttpRequest, TokenVisit, ...], HttpResponse]


def holds(purpose: TokenPurpose) -> Callable[[Shown], View]:
    """Let a view be seen by who holds a token of this purpose; all others get one plain page that tells nothing."""

    def decorate(view: Shown) -> View:
        @never_cache
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponse:
            chosen = request.GET.get("lang", "")
            chosen = chosen if chosen in dict(settings.LANGUAGES) else ""
            try:
                visit = _open(token, purpose=purpose, chosen=chosen)
            except TokenRefused as refusal:
                with translation.override(chosen or translation.get_language()):
                    return refuse(request, refusal)
            spoken = chosen or visit.message.language or visit.brand.language
            with translation.override(spoken), timezone.override(visit.brand.timezone):
                return mark(view(request, visit))

        return guarded

    return decorate


def _open(code: str, *, purpose: TokenPurpose, chosen: str) -> TokenVisit:
    token = open_signer().read(code.lower(), purpose=purpose, today=day_of(timezone.now()))
    rows = Message.objects.select_related("dispatch__brand", "dispatch__topic__purpose", "dispatch__purpose", "person")
    message = rows.filter(pk=token.message).first()
    if message is None:
        raise TokenRefused("expired")
    brand = message.dispatch.brand
    person = message.person if message.person and message.person.state != Person.State.ERASED else None
    return TokenVisit(message=message, brand=brand, person=person, token=token, chosen=chosen)


def refuse(request: HttpRequest, refusal: TokenRefused) -> HttpResponse:
    """Answer 410 to an address that was ours once, 404 to any other."""
    gone = refusal.reason == "expired"
    facts = {"gone": gone, "brand": find_brand(request)}
    return mark(render(request, "public/refused.html", facts, status=410 if gone else 404))


def nothing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an address behind which nothing stands, in the name of the brand whose host was asked."""
    return render(request, "404.html", {"brand": find_brand(request)}, status=404)


def find_brand(request: HttpRequest) -> Brand | None:
    """Return the one brand whose public address has the host that was asked: what everybody may know, whatever the token."""
    host = request.get_host().partition(":")[0].lower()
    found = [brand for brand in Brand.objects.all() if urlsplit(brand.public_url).hostname == host]
    return found[0] if len(found) == 1 else None


def mark(response: HttpResponse) -> HttpResponse:
    """Keep a page whose address is a key out of indexes and referrers."""
    # The address is the key: it is to stand in no index and in nobody's log of referrers.
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
