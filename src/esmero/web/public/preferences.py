"""What we write to you: topics and how often, a pause, the language; valid at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from esmero.mailroom.leaving import leave
from esmero.mailroom.presses import pick
from esmero.people.ledger import CONSENT
from esmero.people.models import Channel, PermissionEntry, Person, Preference, Topic
from esmero.people.permission import NewEntry, find_permitted, record
from esmero.people.preferences import pause, speak, wish_for
from esmero.people.queries import read_wishes
from esmero.rendering.tokens import Purpose
from esmero.web.public.visit import Visit, holds

MONTH = 30
PAUSES = (1, 3, 6)  # months
SOURCE = "preferences page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A topic on the page; `now` is always, monthly or never."""

    topic: Topic
    name: str
    description: str
    now: str


@require_http_methods(["GET", "HEAD", "POST"])
@holds(Purpose.PREFERENCES)
def preferences(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show and store a person's wishes for one brand."""
    person = visit.person
    if person is None:  # a test message belongs to nobody
        return visit.show(request, "public/preferences.html", rows=[])
    rows = _read_rows(visit, person)
    paused = Preference.objects.filter(person=person, brand=visit.brand, topic=None).first()
    until = paused.paused_until if paused and paused.paused_until and paused.paused_until > timezone.now() else None
    if request.method == "POST":
        if request.POST.get("act") == "none":
            leave(visit.message, everything=True, at=timezone.now(), source="page")
        else:
            _store(request.POST, visit=visit, person=person, rows=rows)
        path = visit.path(Purpose.PREFERENCES)
        return HttpResponseRedirect(f"{path}{'&' if '?' in path else '?'}saved=1")
    return visit.show(
        request,
        "public/preferences.html",
        rows=rows,
        choices=[("always", _("Always")), ("monthly", _("Monthly")), ("never", _("Never"))],
        until=until,
        pauses=PAUSES,
        spoken=person.language or visit.message.language,
        saved="saved" in request.GET,
        why=visit.path(Purpose.WHY),
        shared=visit.share(),
        data=visit.path(Purpose.PREFERENCES, below="/data"),
    )


def _read_rows(visit: Visit, person: Person) -> list[Row]:
    language = get_language() or visit.brand.language
    rows = []
    for wish in read_wishes(person, brand=visit.brand):
        topic, preference = wish.topic, wish.preference
        wanted = preference is None or preference.wanted is not False
        now = "never"
        if wanted and find_permitted([person.pk], brand=visit.brand.pk, purpose=topic.purpose_id, topic=topic.pk):
            now = "monthly" if preference and (preference.minimum_gap_days or 0) > 1 else "always"
        name, description = pick(topic.name, language), pick(topic.description, language)
        rows.append(Row(topic=topic, name=name, description=description, now=now))
    return rows


def _store(form: QueryDict, *, visit: Visit, person: Person, rows: list[Row]) -> None:
    now = timezone.now()
    with transaction.atomic():
        for row in rows:
            wished = form.get(f"topic-{row.topic.pk}", row.now)
            if wished in ("always", "monthly", "never") and wished != row.now:
                _change(row, wished, visit=visit, person=person, at=now)
        months = form.get("pause", "")
        if months in {str(number) for number in (0, *PAUSES)}:
            until = now + timedelta(days=MONTH * int(months)) if int(months) else None
            pause(person, brand=visit.brand, until=until)
        language = form.get("language", "")
        if language in dict(settings.LANGUAGES) and language != person.language:
            speak(person, language=language)


def _change(row: Row, wished: str, *, visit: Visit, person: Person, at: datetime) -> None:
    """Keep a wish. *Never* takes the permission back; whoever wants a topic that they had not got allows it anew."""
    gap = MONTH if wished == "monthly" else None
    wish_for(person, topic=row.topic, wanted=wished != "never", minimum_gap_days=gap)
    if "never" not in (wished, row.now):
        return
    act = PermissionEntry.Act.WITHDRAWN if wished == "never" else PermissionEntry.Act.GRANTED
    wording = _("%(brand)s may write to me by e-mail: %(topic)s") % {"brand": visit.brand.name, "topic": row.name}
    record(
        [
            NewEntry(
                person=person.pk,
                brand=visit.brand.pk,
                purpose=row.topic.purpose_id,
                topic=row.topic.pk,
                channel=Channel.EMAIL,
                act=act,
                basis=CONSENT if wished != "never" else "",
                wording=wording if wished != "never" else "",
                source=SOURCE,
                at=at,
                proof_place=f"message {visit.message.pk}",
                by_person=True,
            )
        ]
    )
