"""Serve a person's own data: access, download, correction, erasure.

A link in a mail may be forwarded, so no such link shows data. This page opens only by a fresh link, requested today
and sent to the address on file.
"""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from esmero.mailroom.composing.compiled_templates import open_signer, pick
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.relays import NoRelay
from esmero.people.models import CustomField, Person
from esmero.people.permissions.current_permissions import read_rights
from esmero.privacy.data_access import (
    confirm_address_change,
    correct,
    request_access,
    request_address_change,
)
from esmero.privacy.export import collect_data, write_archive, write_json
from esmero.privacy.models import AddressChange, DataAccess, DataRequest
from esmero.privacy.personal_data import TABLE, RowErasure
from esmero.privacy.requests import request_erasure
from esmero.refusal import Refusal
from esmero.rendering.tokens import TokenPurpose, TokenRefused
from esmero.web.parts.files.serving import serve_made
from esmero.web.parts.signed_pages.old_links import keep_private
from esmero.web.public.labels import HOLDINGS, KEPT, mask
from esmero.web.public.visit_token import TokenVisit, refuse, requires_token, show_refusal
from esmero.web.refusals.say import say

log = logging.getLogger(__name__)

type Opened = Callable[[HttpRequest, DataAccess], HttpResponse]


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
    """Restrict a view to holders of a data access link; others get the plain refusal page."""

    @never_cache
    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            read = open_signer().read(token.lower(), purpose=TokenPurpose.DATA, today=day_of(timezone.now()))
        except TokenRefused as refusal:
            return refuse(request, refusal)
        access = DataAccess.objects.select_related("brand", "person__address").filter(pk=read.message).first()
        if access is None or access.person.state != Person.State.ACTIVE:
            return refuse(request, TokenRefused("expired"))
        with translation.override(_language(request, access.person, access.brand.language)):
            try:
                return keep_private(view(request, access))
            except Refusal as refusal:
                return show_refusal(request, refusal, brand=access.brand)

    return guarded


def _language(request: HttpRequest, person: Person, otherwise: str) -> str:
    chosen = request.GET.get("lang", "")
    return chosen if chosen in dict(settings.LANGUAGES) else person.language or otherwise


@require_http_methods(["GET", "HEAD", "POST"])
@_requires_access
def my_data(request: HttpRequest, access: DataAccess) -> HttpResponse:
    """Show the data held; accept a correction, a new address, or an erasure request."""
    person, now = access.person, timezone.now()
    fault = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "erase" and "sure" in request.POST:
            asked = request_erasure(person, brand=access.brand, at=now)
            done = asked.state == DataRequest.State.DONE
            return _show(request, access, "public/data_erased.html", done=done, due=asked.due_at)
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
    return _show(
        request,
        access,
        "public/data.html",
        person=person,
        fault=fault,
        told=request.GET.get("told", ""),
        counted=[(HOLDINGS[name], len(rows)) for name, rows in held.items() if name in HOLDINGS],
        fields=_name_fields(person.fields or {}, language=language),
        points=held.get("other ways to reach them", []),
        wishes=[
            (pick(one.topic.name, language), one.by_mail.allowed)
            for one in read_rights(person, brand=access.brand, kinds=())
        ],
        kept=[KEPT[holding.name] for holding in TABLE if holding.rows is RowErasure.BLANKED and holding.name in KEPT],
        pending=DataRequest.objects.filter(person=person, state=DataRequest.State.OPEN).first(),
    )


@require_safe
@_requires_access
def my_data_json(request: HttpRequest, access: DataAccess) -> HttpResponse:  # noqa: ARG001
    """Return all data as JSON."""
    return serve_made(write_json(collect_data(access.person)), name="my-data.json", media_type="application/json")


@require_safe
@_requires_access
def my_data_zip(request: HttpRequest, access: DataAccess) -> HttpResponse:  # noqa: ARG001
    """Return all data as CSV files and JSON in one archive."""
    return serve_made(write_archive(collect_data(access.person)), name="my-data.zip", media_type="application/zip")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
@never_cache
def new_address(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a new address by a link sent there; GET changes nothing, the button does."""
    now = timezone.now()
    try:
        read = open_signer().read(token.lower(), purpose=TokenPurpose.MOVE, today=day_of(now))
    except TokenRefused as refusal:
        return refuse(request, refusal)
    change = AddressChange.objects.select_related("brand", "person").filter(pk=read.message).first()
    if change is None:
        return refuse(request, TokenRefused("expired"))
    with translation.override(_language(request, change.person, change.brand.language)):
        if request.method == "POST":
            confirm_address_change(change, at=now)
            return HttpResponseRedirect(request.get_full_path())
        facts = {"brand": change.brand, "languages": settings.LANGUAGES, "address": mask(change.new)}
        done = change.confirmed_at is not None
        return keep_private(render(request, "public/data_moved.html", {**facts, "done": done}))


def _show(request: HttpRequest, access: DataAccess, template: str, **facts: Any) -> HttpResponse:
    shared = {"brand": access.brand, "languages": settings.LANGUAGES, "base": request.path}
    return render(request, template, {**shared, **facts})


def _name_fields(fields: Mapping[str, Any], *, language: str) -> list[tuple[str, Any]]:
    """Return the custom fields with their labels; a field no longer declared keeps its key."""
    labels = {one.key: pick(one.label, language) for one in CustomField.objects.filter(key__in=list(fields))}
    return sorted((labels.get(key) or key, value) for key, value in fields.items())


def _back(request: HttpRequest, told: str) -> str:
    lang = request.GET.get("lang", "")
    return f"{request.path}?told={told}" + (f"&lang={lang}" if lang in dict(settings.LANGUAGES) else "")
