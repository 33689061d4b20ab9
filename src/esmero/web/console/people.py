"""People: a list that one can search, and each person's page built round one story."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from esmero.dossier.timeline import read_timeline
from esmero.people.models import OwnField, Person
from esmero.people.queries import count_people, read_wishes, search_people
from esmero.web.console.access import requires
from esmero.web.console.moments import tell
from esmero.web.console.page import read_brand, show, show_part, wants_part
from esmero.web.parts.paging import cut_page, read_key
from esmero.web.parts.tags import said

PAGE = 50


@requires()
def people(request: HttpRequest) -> HttpResponse:
    """Show a page of people; while somebody types in the search field, htmx asks for the list alone."""
    text = request.GET.get("q", "")[:200]
    key = read_key(request.GET.get("after"), kinds=(str, int))
    after = (str(key[0]), int(key[1])) if key else None
    found = search_people(text=text, after=after, limit=PAGE + 1)
    page = cut_page(found, size=PAGE, key=lambda person: (person.folded, person.pk))
    if wants_part(request):
        return show_part(request, "console/people.html#list", page=page, text=text)
    return show(request, "console/people.html", subject="people", page=page, text=text, total=count_people())


@requires()
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person: what is allowed in plain words, then the story, how to reach them, and their own fields."""
    shown = get_object_or_404(Person.objects.select_related("address", "organisation"), pk=pk)
    brand = read_brand(request)
    wishes = read_wishes(shown, brand=brand) if brand else []
    labels = {field.key: field.label for field in OwnField.objects.all()}
    return show(
        request,
        "console/person.html",
        subject="people",
        person=shown,
        wishes=wishes,
        allowed=[said(wish.topic.name) for wish in wishes if wish.allowed],
        not_allowed=[said(wish.topic.name) for wish in wishes if not wish.allowed],
        lines=tell(read_timeline(shown)),
        contact_points=list(shown.contact_points.order_by("kind", "id")),
        tags=list(shown.tags.order_by("name")),
        fields=[(labels.get(key, {"en": key}), value) for key, value in sorted(shown.fields.items())],
    )
