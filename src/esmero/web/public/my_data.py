"""Serve a person's own data: access, download, correction, erasure.

A link in a mail may be forwarded, so no such link shows data. This page opens only by a fresh link, requested today
and sent to the address on file.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from esmero.grants.granting import GrantRefused
from esmero.grants.models import Grant
from esmero.grants.purposes import ADDRESS_CHANGE, DATA_ACCESS
from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import pick
from esmero.outbox.relays import NoRelay
from esmero.people.models import CustomField, Person
from esmero.people.permissions.current_permissions import read_rights
from esmero.people.persons.spoken_languages import pick_spoken
from esmero.privacy.data_access import (
    confirm_address_change,
    correct,
    request_access,
    request_address_change,
)
from esmero.privacy.export import collect_data, write_archive, write_json
from esmero.privacy.models import DataRequest
from esmero.privacy.personal_data import TABLE, RowErasure
from esmero.privacy.requests import find_due, is_mere_contact, request_erasure
from esmero.refusal import Refusal
from esmero.rendering.tokens import TokenPurpose
from esmero.web.files.serving import serve_made
from esmero.web.parts.tags.cards import Notice
from esmero.web.public.labels import HOLDINGS, KEPT, mask
from esmero.web.public.visit_token import TokenVisit, requires_token, show_refusal
from esmero.web.refusals.say import say
from esmero.web.signed_pages.guard import requires_grant

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVisit:
    """Represent the visit of a person to their own data, in a brand's name."""

    person: Person
    brand: Brand


type Opened = Callable[[HttpRequest, DataVisit], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@requires_token(TokenPurpose.PREFERENCES)
def ask(request: HttpRequest, visit: TokenVisit) -> HttpResponse:
    """Offer to send the access link; the answer is the same whether or not one is sent."""
    if request.method == "POST" and visit.person is not None:
        request_access(visit.person, brand=visit.brand, language=translation.get_language() or "", at=timezone.now())
        path = request.get_full_path()
        return HttpResponseRedirect(f"{path}{'&' if '?' in path else '?'}sent=1")
    return visit.show(request, "public/data_ask.html", address=mask(visit.message.address), sent="sent" in request.GET)


def _requires_access(view: Opened) -> Callable[[HttpRequest, str], HttpResponse]:
    """Restrict a view to holders of a data access link of a person who is still known."""

    @csrf_exempt
    @requires_grant(DATA_ACCESS, again=_send_again)
    @wraps(view)
    def guarded(request: HttpRequest, grant: Grant) -> HttpResponse:
        person, brand = grant.person, grant.brand
        if person is None or brand is None or person.state != Person.State.ACTIVE:
            raise GrantRefused(None)
        try:
            with translation.override(_language(request, person, brand.language)):
                return view(request, DataVisit(person=person, brand=brand))
        except Refusal as refusal:
            return show_refusal(request, refusal, brand=brand)

    return guarded


def _send_again(grant: Grant, at: datetime) -> None:
    if grant.person is not None and grant.brand is not None:
        request_access(grant.person, brand=grant.brand, language=grant.language, at=at)


def _language(request: HttpRequest, person: Person, otherwise: str) -> str:
    chosen = request.GET.get("lang", "")
    return pick_spoken(chosen, person.language, otherwise)


@require_http_methods(["GET", "HEAD", "POST"])
@_requires_access
def my_data(request: HttpRequest, access: DataVisit) -> HttpResponse:
    """Show the data held; accept a correction, a new address, or an erasure request."""
    person, now = access.person, timezone.now()
    fault = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "erase" and "sure" in request.POST:
            asked = request_erasure(person, brand=access.brand, at=now)
            done = asked.state == DataRequest.State.DONE
            return _show(request, access, "public/data_erased.html", done=done, due=asked.due_on)
        if act == "correct":
            correct(person, values={name: request.POST.get(name, "") for name in ("given_name", "family_name")}, at=now)
            return HttpResponseRedirect(_back(request, "corrected"))
        if act == "move":
            try:
                request_address_change(
                    person,
                    brand=access.brand,
                    new=request.POST.get("new", ""),
                    language=translation.get_language() or "",
                    at=now,
                )
            except NoRelay:
                log.exception("no letter to a new address of person %d", person.pk)
            except Refusal as refusal:
                fault = say(refusal)
            else:
                return HttpResponseRedirect(_back(request, "move"))
    held = collect_data(person)
    language = translation.get_language() or access.brand.language
    rights = read_rights(person, brand=access.brand, kinds=())
    pending = DataRequest.objects.select_related("brand").filter(person=person, state=DataRequest.State.OPEN).first()
    mere_contact = is_mere_contact(person, on=timezone.localdate(now, ZoneInfo(access.brand.timezone)))
    return _show(
        request,
        access,
        "public/data.html",
        person=person,
        notices=list_data_notices(
            told=request.GET.get("told", ""), fault=fault, answer_by=pending.due_on if pending else None
        ),
        facts=[
            *list_facts(person, points=held.get("other ways to reach them", [])),
            *_name_fields(person.fields or {}, language=language),
            *((pick(one.topic.name, language), tell_allowed(one.by_mail.allowed)) for one in rights),
        ],
        counted=[(HOLDINGS[name], len(rows)) for name, rows in held.items() if name in HOLDINGS],
        kept=[KEPT[holding.name] for holding in TABLE if holding.rows is RowErasure.BLANKED and holding.name in KEPT],
        pending=pending,
        erasure=tell_erasure(at_once=mere_contact, due=find_due(access.brand, at=now).date()),
    )


@require_safe
@_requires_access
def my_data_json(request: HttpRequest, access: DataVisit) -> HttpResponse:  # noqa: ARG001
    """Return all data as JSON."""
    return serve_made(write_json(collect_data(access.person)), name="my-data.json", media_type="application/json")


@require_safe
@_requires_access
def my_data_zip(request: HttpRequest, access: DataVisit) -> HttpResponse:  # noqa: ARG001
    """Return all data as CSV files and JSON in one archive."""
    return serve_made(write_archive(collect_data(access.person)), name="my-data.zip", media_type="application/zip")


def _show_moved(request: HttpRequest, grant: Grant, *, done: bool = True) -> HttpResponse:
    facts = {"brand": grant.brand, "languages": settings.LANGUAGES, "address": mask(grant.facts["new"])}
    return render(request, "public/data_moved.html", {**facts, "done": done})


@csrf_exempt
@requires_grant(ADDRESS_CHANGE, spent=_show_moved)
def new_address(request: HttpRequest, grant: Grant) -> HttpResponse:
    """Confirm a new address by a link sent there; GET changes nothing, the button does."""
    if request.method == "POST":
        confirm_address_change(grant, at=timezone.now())
        return HttpResponseRedirect(request.get_full_path())
    return _show_moved(request, grant, done=False)


def _show(request: HttpRequest, access: DataVisit, template: str, **facts: Any) -> HttpResponse:
    shared = {"brand": access.brand, "languages": settings.LANGUAGES, "base": request.path}
    return render(request, template, {**shared, **facts})


def list_data_notices(*, told: str, fault: str = "", answer_by: date | None = None) -> list[Notice]:
    """Return the notices: the act just `told` (corrected or move), a fault, the day by which an erasure is answered."""
    found = []
    if told == "corrected":
        found.append(Notice("kept", _("Corrected."), _("From now on we write to you so."), "status"))
    elif told == "move":
        text = _("Nothing changes until you confirm it from there.")
        found.append(Notice("kept", _("Please look into your new mailbox."), text, "status"))
    if fault:
        found.append(Notice("broken", _("This cannot be."), fault, "alert"))
    if answer_by:
        text = _("A person answers it by %(day)s at the latest.") % {"day": date_format(answer_by, "DATE_FORMAT")}
        found.append(Notice("wait", _("Your wish to be erased is with us."), text))
    return found


def list_facts(person: Person, *, points: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return name, number, address and the other ways to reach a person, each with its label."""
    labels = {"phone": _("Telephone"), "post": _("Postal address")}
    return [
        (_("Name"), f"{person.given_name} {person.family_name}"),
        *([(_("Customer number"), person.number)] if person.number else []),
        *([(_("E-mail"), person.address.value)] if person.address else []),
        *((labels.get(point["kind"], _("E-mail")), point["value"]) for point in points),
    ]


def tell_allowed(allowed: bool) -> str:
    """Say whether a topic is allowed."""
    return _("allowed") if allowed else _("not allowed")


def tell_erasure(*, at_once: bool, due: date) -> str:
    """Say when an erasure happens: at once, or after a person has looked at it."""
    if at_once:
        return _("It happens at once and cannot be taken back.")
    return _("You are or may be our customer: a person looks at it first, and answers by %(day)s at the latest.") % {
        "day": date_format(due, "DATE_FORMAT")
    }


def _name_fields(fields: Mapping[str, Any], *, language: str) -> list[tuple[str, Any]]:
    """Return the custom fields with their labels; a field no longer declared keeps its key."""
    words = {True: _("yes"), False: _("no")}
    labels = {one.key: pick(one.label, language) for one in CustomField.objects.filter(key__in=list(fields))}
    shown = {key: words[value] if isinstance(value, bool) else value for key, value in fields.items()}
    return sorted((labels.get(key) or key, value) for key, value in shown.items())


def _back(request: HttpRequest, told: str) -> str:
    lang = request.GET.get("lang", "")
    return f"{request.path}?told={told}" + (f"&lang={lang}" if lang in dict(settings.LANGUAGES) else "")
