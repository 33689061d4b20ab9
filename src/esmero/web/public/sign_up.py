"""Serve sign-up: the hosted form, submissions from other sites, and the confirmation page.

GET changes nothing; the answer is the same whether or not an address is known.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from esmero.asks.bot_guard import (
    HONEYPOT,
    PUZZLE_BITS,
    SubmissionAttempt,
    hash_network,
    is_human,
    make_stamp,
    read_stamp,
)
from esmero.asks.models import Form, Submission
from esmero.asks.submissions import FormField, confirm, count_recent, list_fields, read_entry, save_submission
from esmero.house.sign_in.client_address import find_client
from esmero.mailroom.composing.compiled_templates import open_signer, pick
from esmero.mailroom.inbound_addresses import day_of
from esmero.mailroom.transactional.sign_up_messages import queue_welcome
from esmero.outbox.relays import NoRelay
from esmero.people.models import Topic
from esmero.rendering.tokens import TokenPurpose, TokenRefused
from esmero.web.parts.tags.attributes import flat_attributes
from esmero.web.public.visit_token import refuse
from esmero.web.refusals.say import say
from esmero.web.signed_pages.old_links import keep_private

log = logging.getLogger(__name__)

_AUTOCOMPLETE = {"given_name": "given-name", "family_name": "family-name", "organisation": "organization"}
_INPUTS: Mapping[str, Mapping[str, str]] = {
    "date": {"type": "date"},
    "integer": {"inputmode": "decimal"},
    "decimal": {"inputmode": "decimal"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpField:
    """Describe one field of the page: a list of `choices`, else an input with the attributes of its `kind`."""

    name: str
    label: str
    value: str
    fault: str
    kind: Mapping[str, object]
    optional: bool = False
    choices: Sequence[tuple[str, str]] = ()

    @property
    def id(self) -> str:
        return f"f-{slugify(self.name)}"

    @property
    def fault_id(self) -> str:
        return f"e-{slugify(self.name)}"

    @property
    def attributes(self) -> SafeString:
        told = {"aria_invalid": "true", "aria_describedby": self.fault_id} if self.fault else {}
        return format_html(
            '{} value="{}"', flat_attributes({"id": self.id, "name": self.name, **self.kind, **told}), self.value
        )


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
@never_cache
def sign_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a form, and accept a submission.

    A submission from another site is shown here again before it counts. No session is involved, so a forged form
    (CSRF) has nothing to exploit.
    """
    form = get_object_or_404(Form.objects.select_related("brand"), slug=slug)
    language = _choose_language(request, form)
    with translation.override(language):
        shown_to_staff = form.state == Form.State.DRAFT and request.user.is_authenticated
        if form.state == Form.State.DRAFT and not shown_to_staff:
            raise Http404
        if form.state != Form.State.OPEN and not (shown_to_staff and request.method != "POST"):
            return _show(request, form, "public/form_closed.html", status=410, otherwise=_alternatives(form, language))
        offered = list(form.topics.filter(archived_at=None).order_by("id"))
        if request.method == "POST":
            return _take(request, form, offered=offered, language=language)
        return _draw(request, form, offered=offered, language=language, given={}, faults={})


@require_safe
@never_cache
def signed_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Report that a mail has been sent, with the same text for everybody."""
    form = get_object_or_404(Form.objects.select_related("brand").exclude(state=Form.State.DRAFT), slug=slug)
    with translation.override(_choose_language(request, form)):
        return _show(request, form, "public/form_sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt
@never_cache
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for one more click, because mail gateways open every link; the button confirms."""
    now = timezone.now()
    try:
        read = open_signer().read(token.lower(), purpose=TokenPurpose.CONFIRM, today=day_of(now))
    except TokenRefused as refusal:
        return refuse(request, refusal)
    row = Submission.objects.select_related("form__brand").filter(pk=read.message).first()
    if row is None:
        return refuse(request, TokenRefused("expired"))
    chosen = request.GET.get("lang", "")
    with translation.override(chosen if chosen in dict(settings.LANGUAGES) else row.language):
        if request.method == "POST":
            person = confirm(row, at=now)
            if person is None:
                return refuse(request, TokenRefused("expired"))
            try:
                queue_welcome(row, person)
            except NoRelay:
                # The permission counts without the welcome mail.
                log.exception("no welcome for submission %d", row.pk)
            # Redirect after POST, so that a reload does not submit the form again.
            return HttpResponseRedirect(request.get_full_path())
        topics = Topic.objects.filter(pk__in=row.topics).order_by("id")
        names = [
            (
                pick(topic.name, translation.get_language() or "en") or topic.code,
                reverse("archive", args=[row.form.brand.slug, topic.code]) if topic.archive_is_public else "",
            )
            for topic in topics
        ]
        done = row.state == Submission.State.CONFIRMED
        return keep_private(_show(request, row.form, "public/form_confirm.html", topics=names, done=done))


def _alternatives(form: Form, language: str) -> list[tuple[str, str]]:
    """Return (URL, name) of alternatives to a closed form: the brand's open forms and public issues."""
    forms = Form.objects.filter(brand=form.brand, state=Form.State.OPEN).order_by("id")[:5]
    topics = Topic.objects.filter(brand=form.brand, archive_is_public=True, archived_at=None).order_by("id")[:5]
    return [
        *((reverse("form", args=[one.slug]), pick(one.title, language) or form.brand.name) for one in forms),
        *((reverse("archive", args=[form.brand.slug, one.code]), pick(one.name, language)) for one in topics),
    ]


def _choose_language(request: HttpRequest, form: Form) -> str:
    """Return the requested language, else the browser's, if the form has it; else the brand's."""
    spoken = [code for code, _name in settings.LANGUAGES if form.wording.get(code)]
    asked = request.GET.get("lang", "") or request.POST.get("lang", "")
    browser = translation.get_language_from_request(request)
    for code in (asked, browser, form.brand.language):
        if code in spoken:
            return code
    return spoken[0] if spoken else form.brand.language


def _take(request: HttpRequest, form: Form, *, offered: list[Topic], language: str) -> HttpResponse:
    now, post = timezone.now(), request.POST
    given = {name: str(value) for name, value in post.items()}
    entered = read_entry(form, post=given, topics=post.getlist("topics"), offered=offered)
    known = read_stamp(post.get("stamp", ""), slug=form.slug) is not None
    # Without our stamp the form was on another site: show it again for a click on our own page.
    if entered.faults or not known:
        faults = {name: say(refusal) for name, refusal in entered.faults.items()} if known else {}
        return _draw(request, form, offered=offered, language=language, given=given, faults=faults, again=not known)
    network = hash_network(find_client(request.META))
    knock = SubmissionAttempt(
        stamp=post.get("stamp", ""),
        answer=post.get("answer", ""),
        address=post.get("email", ""),
        honeypot=post.get(HONEYPOT, ""),
        network=network,
    )
    if is_human(knock, slug=form.slug, at=now, recent=count_recent(network, at=now)):
        # The mail is written by a reaction (ask_to_confirm), so that response time does not reveal a known address.
        save_submission(form, entered, language=language, wording=pick(form.wording, language), network=network, at=now)
    return HttpResponseRedirect(f"{reverse('form-sent', args=[form.slug])}?lang={language}")


def _draw(
    request: HttpRequest,
    form: Form,
    *,
    offered: list[Topic],
    language: str,
    given: dict[str, str],
    faults: dict[str, str],
    again: bool = False,
) -> HttpResponse:
    if again:  # a box ticked on another site is no consent: the wording must be read and ticked here
        given = {name: value for name, value in given.items() if name != "agree"}
    ticked = request.POST.getlist("topics")
    return _show(
        request,
        form,
        "public/form.html",
        status=422 if faults else 200,
        rows=list_sign_up_fields(form, given=given, faults=faults, language=language),
        rhythms=[("always", _("Always")), ("monthly", _("At most once a month"))],
        rhythm="monthly" if given.get("often") == "monthly" else "always",
        topics=[
            (
                topic.pk,
                pick(topic.name, language) or topic.code,
                pick(topic.description, language),
                str(topic.pk) in ticked,
            )
            for topic in offered
        ],
        given=given,
        faults=faults,
        again=again,
        wording=pick(form.wording, language),
        intro=pick(form.intro, language),
        title=pick(form.title, language) or form.brand.name,
        stamp=make_stamp(form.slug, at=timezone.now()),
        bits=PUZZLE_BITS,
        trap=HONEYPOT,
        spoken=language,
    )


def list_sign_up_fields(
    form: Form, *, given: Mapping[str, str], faults: Mapping[str, str], language: str
) -> list[SignUpField]:
    """Return the e-mail address and the further fields of a form, with the values given and their faults."""
    fixed = {"given_name": _("Given name"), "family_name": _("Family name"), "organisation": _("Company")}
    fields = [
        SignUpField(
            name="email",
            label=_("Your e-mail address"),
            kind={"type": "email", "autocomplete": "email", "required": True},
            value=given.get("email", ""),
            fault=faults.get("email", ""),
        )
    ]
    for asked in list_fields(form):
        autocomplete = _AUTOCOMPLETE.get(asked.name)
        fields.append(
            SignUpField(
                name=asked.name,
                label=fixed.get(asked.name) or pick(asked.label, language),
                optional=not asked.required,
                kind={**_INPUTS.get(asked.kind, {}), "maxlength": 300, "autocomplete": autocomplete},
                choices=_list_choices(asked),
                value=given.get(asked.name, ""),
                fault=faults.get(asked.name, ""),
            )
        )
    return fields


def _list_choices(asked: FormField) -> list[tuple[str, str]]:
    if asked.kind == "choice":
        return [("", ""), *((choice, choice) for choice in asked.choices)]
    if asked.kind == "boolean":
        return [("", ""), ("yes", _("yes")), ("no", _("no"))]
    return []


def _show(request: HttpRequest, form: Form, template: str, *, status: int = 200, **facts: Any) -> HttpResponse:
    spoken = [(code, name) for code, name in settings.LANGUAGES if form.wording.get(code)]
    return render(request, template, {"brand": form.brand, "form": form, "languages": spoken, **facts}, status=status)
