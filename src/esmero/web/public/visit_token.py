"""Authorise public pages by the signed token in their URL, which names message, person, brand and language.

The token replaces session, cookie and CSRF protection: without it nobody can build the URL of the form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate

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
from esmero.people.persons.spoken_languages import pick_spoken
from esmero.refusal import Refusal
from esmero.rendering.tokens import Token, TokenPurpose, TokenRefused
from esmero.web.refusals.say import say
from esmero.web.signed_pages.old_links import answer_old_link, keep_private


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenVisit:
    """Represent the visit of a recipient; `chosen` is the language chosen on the page, or empty."""

    message: Message
    brand: Brand
    person: Person | None
    token: Token
    chosen: str

    def path(self, purpose: TokenPurpose, *, below: str = "") -> str:
        """Return the path of another page about the same message; it expires with this one."""
        code = open_signer().sign(purpose, self.message.pk, day=self.token.day)
        return f"/{purpose.value}/{code}{below}" + (f"?lang={self.chosen}" if self.chosen else "")

    def share(self) -> str:
        """Return the public path of this issue, without personal data; "" where there is none."""
        dispatch = self.message.dispatch
        number = find_public_number(dispatch)
        if number is None or dispatch.topic is None:
            return ""
        return reverse("issue", args=[self.brand.slug, dispatch.topic.code, number])

    def show(self, request: HttpRequest, template: str, **facts: Any) -> HttpResponse:
        """Render a page in the brand's name."""
        return render(request, template, {"brand": self.brand, "languages": settings.LANGUAGES, "visit": self, **facts})


FOR_VISITORS = frozenset({"erasure-while-sending", "new-address-unusable", "new-address-same", "new-address-too-often"})
"""Codes of refusals whose author is a visitor of a public page; what they fill into a form is said at its fields."""

type View = Callable[[HttpRequest, str], HttpResponse]
type Shown = Callable[Concatenate[HttpRequest, TokenVisit, ...], HttpResponse]


def requires_token(purpose: TokenPurpose) -> Callable[[Shown], View]:
    """Restrict a view to holders of a token for this purpose; others get one plain page without details."""

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
            spoken = pick_spoken(chosen, visit.message.language, visit.brand.language)
            with translation.override(spoken), timezone.override(visit.brand.timezone):
                try:
                    return keep_private(view(request, visit))
                except Refusal as refusal:
                    return show_refusal(request, refusal, brand=visit.brand)

        return guarded

    return decorate


def _open(code: str, *, purpose: TokenPurpose, chosen: str) -> TokenVisit:
    token = open_signer().read(code.lower(), purpose=purpose, today=day_of(timezone.now()))
    rows = Message.objects.select_related("dispatch__brand", "dispatch__topic__purpose", "dispatch__purpose", "person")
    message = rows.filter(pk=token.message).first()
    if message is None:
        raise TokenRefused("expired")
    brand = message.dispatch.brand
    # The message outlives an erased person; the token must not lead to what remains of them.
    person = message.person if message.person and message.person.state != Person.State.ERASED else None
    return TokenVisit(message=message, brand=brand, person=person, token=token, chosen=chosen)


def refuse(request: HttpRequest, refusal: TokenRefused) -> HttpResponse:
    """Answer a link that opens nothing by the page of all old links."""
    return answer_old_link(request, at=timezone.now(), is_genuine=refusal.reason == "expired")


def show_refusal(request: HttpRequest, refusal: Refusal, *, brand: Brand | None) -> HttpResponse:
    """Render what was refused as a page in the name of the brand, in the active language.

    A refusal that only the house can mend is raised again: to a visitor it is our fault, and its facts are not theirs.
    """
    if refusal.code not in FOR_VISITORS:
        raise refusal
    facts = {"words": say(refusal), "brand": brand}
    return keep_private(render(request, "refusal.html", facts, status=refusal.status))
