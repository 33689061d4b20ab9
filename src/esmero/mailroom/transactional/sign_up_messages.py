"""Queue the two mails of a sign-up form: *please confirm* (before anything else) and *welcome* (after confirmation).

Both are ordinary templates of the brand, created when they are first needed, so that the operator can edit them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from string import Template as Words

from django.db import transaction
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from esmero import asks
from esmero.asks.models import Form, Submission
from esmero.asks.submissions import CONFIRM_WITHIN, may_send_confirmation, record_request
from esmero.content.models import Template, TemplateVersion
from esmero.content.versions import add_version, create_template, seal_version
from esmero.house.happenings import ReactionPostponed, SignUpReceived
from esmero.house.models import Brand
from esmero.mailroom.composing.compiled_templates import open_signer, pick
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.outbox.posting.content import FilledTemplate, ToAddress, ToPerson
from esmero.outbox.posting.kinds import SIGN_UP_CONFIRMATION, SIGN_UP_WELCOME
from esmero.outbox.posting.post import post
from esmero.outbox.relays import NoRelay
from esmero.people.models import Person, Topic
from esmero.rendering.templates.compile import TemplateSource
from esmero.rendering.tokens import TokenPurpose

RELAY_EXPECTED = timedelta(minutes=1)  # from look to look while a brand has no relay
_LANGUAGES = ("es", "fr", "en")
_LAYOUT = Path(asks.__file__).parent / "letters" / "letter.mjml"


def ensure_form_templates(form: Form) -> Form:
    """Create the two templates of a form if they are missing; all forms of a brand share them."""
    with transaction.atomic():
        if form.confirmation_id is None:
            form.confirmation = _find_or_make(form.brand, name="Sign-up: please confirm", write=_write_confirmation)
        if form.welcome_id is None:
            form.welcome = _find_or_make(form.brand, name="Sign-up: welcome", write=_write_welcome)
        form.save(update_fields=["confirmation", "welcome"])
    return form


def ask_to_confirm(happened: Sequence[SignUpReceived]) -> None:
    """Queue the mails for new submissions. Needs a transaction; one that was decided on before is skipped.

    This runs outside the request, so that the page takes the same time for every address.

    Raises:
        ReactionPostponed: a brand has no relay; its submissions wait until it has one, or until they expire.

    """
    now = timezone.now()
    rows = Submission.objects.select_for_update(of=("self",)).select_related("form__brand").order_by("id")
    waiting = rows.filter(
        pk__in=[one.submission_id for one in happened],
        state=Submission.State.PENDING,
        asked_at=None,
        message=None,
        at__gt=now - CONFIRM_WITHIN,
    )
    for row in waiting:
        try:
            queue_confirmation(row, at=now)
        except NoRelay as lacking:
            raise ReactionPostponed(str(lacking), until=now + RELAY_EXPECTED) from lacking
        row.asked_at = now
        row.save(update_fields=["asked_at"])


def queue_confirmation(submission: Submission, *, at: datetime) -> Message | None:
    """Queue the mail with the confirmation link; None if it may not be sent (see submissions.may_write).

    Raises:
        NoRelay: the brand has no relay.
    """
    form = ensure_form_templates(submission.form)
    if not may_send_confirmation(submission):
        return None
    assert form.confirmation is not None
    code = open_signer().sign(TokenPurpose.CONFIRM, submission.pk, day=day_of(at))
    values = {
        **{name.removeprefix("own:"): value for name, value in submission.values.items()},
        "confirm_url": f"{form.brand.public_url.rstrip('/')}/{TokenPurpose.CONFIRM.value}/{code}",
        "chosen_topics": _name_topics(submission),
    }
    with transaction.atomic():
        message = post(
            SIGN_UP_CONFIRMATION,
            ToAddress(submission.address, ground=f"submission {submission.pk}", language=submission.language),
            FilledTemplate(_seal_newest(form.confirmation), values),
            brand=form.brand,
            key=f"submission {submission.pk}",
        )
        submission.message = message
        submission.save(update_fields=["message"])
        record_request(submission)
    return message


def queue_welcome(submission: Submission, person: Person) -> Message | None:
    """Queue the mail with the chosen topics and how to change them, once per submission.

    It is a relational message of the chosen topic, and the gate judges it like any other.
    """
    form = ensure_form_templates(submission.form)
    topic = Topic.objects.filter(pk__in=submission.topics, brand=form.brand).select_related("purpose").first()
    if topic is None or person.address is None:
        return None
    assert form.welcome is not None
    reason = {language: _in(language, _reason) for language in _LANGUAGES}
    with transaction.atomic():
        return post(
            SIGN_UP_WELCOME,
            ToPerson(person),
            FilledTemplate(_seal_newest(form.welcome), {"chosen_topics": _name_topics(submission)}),
            brand=form.brand,
            key=f"welcome {submission.pk}",
            language=submission.language,
            topic=topic,
            reason=reason,
        )


def _reason() -> str:
    return _("you have just signed up for it")


def _in[T](language: str, write: Callable[[], T]) -> T:
    with translation.override(language):
        return write()


def _seal_newest(template: Template) -> TemplateVersion:
    version = TemplateVersion.objects.filter(template=template).order_by("-number")[0]
    seal_version(version)
    return version


def _name_topics(submission: Submission) -> str:
    topics = Topic.objects.filter(pk__in=submission.topics).order_by("id")
    return ", ".join(pick(topic.name, submission.language) or topic.code for topic in topics)


def _find_or_make(brand: Brand, *, name: str, write: Callable[[Brand], TemplateSource]) -> Template:
    found = Template.objects.filter(brand=brand, name=name, versions__isnull=False).first()
    if found is not None:
        return found
    template = create_template(name, brand=brand)
    add_version(template, texts=[_in(language, lambda: write(brand)) for language in _LANGUAGES], fields=known_fields())
    return template


def _write_confirmation(brand: Brand) -> TemplateSource:
    return _write(
        brand,
        subject=_("Please confirm: %(brand)s may write to you") % {"brand": brand.name},
        opening=_("Somebody, we believe you, asked us to write to this address about: {{ chosen_topics }}."),
        body=_("If it was you, please confirm it. If not, do nothing: we shall not write again."),
        action=_("Yes, write to me"),
        target="{{ confirm_url }}",
        closing=_("The link is good for seven days."),
    )


def _write_welcome(brand: Brand) -> TemplateSource:
    return _write(
        brand,
        subject=_("Welcome: this is what you will get from %(brand)s") % {"brand": brand.name},
        opening=_("Thank you. From now on you get: {{ chosen_topics }}."),
        body=_("You decide what and how often: change it or leave at any time by the links below, without a log-in."),
        action="",
        target="",
        closing=_("If you answer this mail, a person reads it."),
    )


def _write(
    brand: Brand, *, subject: str, opening: str, body: str, action: str, target: str, closing: str
) -> TemplateSource:
    button = f'<mj-button href="{target}">{escape(action)}</mj-button>' if action else ""
    mjml = Words(_LAYOUT.read_text("utf-8")).substitute(
        colour=brand.colour,
        mark=escape(brand.name),
        opening=escape(opening),
        body=escape(body),
        action=button,
        closing=escape(closing),
    )
    return TemplateSource(language=translation.get_language() or "en", subject=subject, preheader="", mjml=mjml)
