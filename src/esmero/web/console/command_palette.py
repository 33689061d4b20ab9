"""Search the objects of all areas, menu pages and start actions from one field."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import CharField, F, Value
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esmero.house.models import Brand, User
from esmero.text_folding import fold
from esmero.web.console.access import requires, staff
from esmero.web.console.area import SearchHit
from esmero.web.console.areas import collect_contributions
from esmero.web.console.menu import list_actions, list_places
from esmero.web.console.page_frame import read_brand, show_part

_MOST = 6  # of each kind
_LONGEST = 120  # characters of the search text that are used

type Groups = list[tuple[str, list[SearchHit]]]


@require_safe
@requires()
def palette(request: HttpRequest) -> HttpResponse:
    """Return the results as options of the list; an empty text lists the menu pages."""
    text = request.GET.get("q", "")[:_LONGEST].strip()
    groups = find(text, by=staff(request), brand=read_brand(request))
    number = sum(len(hits) for _title, hits in groups)
    return show_part(request, "console/palette_found.html", groups=groups, text=text, number=number)


def find(text: str, *, by: User, brand: Brand | None) -> Groups:
    """Return the results in groups; people and pages by prefix, the others by substring."""
    acts = [SearchHit(words=act.words, url=reverse(f"console:{act.address}")) for act in list_actions(by)]
    pages = [
        SearchHit(words=place.words, url=reverse(f"console:{place.address}"))
        for place in list_places(by, demo=settings.ESMERO.demo)
    ]
    if not text:
        return [(_("Begin"), acts), (_("Go to"), pages)]
    return [
        *((str(source.title), source.find(text, _MOST)) for source in collect_contributions().searches),
        (_("Messages"), _named(text, brand=brand)),
        (_("Begin"), _matching(acts, text=text)),
        (_("Go to"), _matching(pages, text=text)),
    ]


def _matching(hits: Iterable[SearchHit], *, text: str) -> list[SearchHit]:
    wanted = fold(text)
    return [hit for hit in hits if any(word.startswith(wanted) for word in _suffixes(fold(str(hit.words))))]


def _suffixes(words: str) -> list[str]:
    """Return every suffix that begins at a word, because a search text may begin at any word."""
    parts = words.split()
    return [" ".join(parts[place:]) for place in range(len(parts))]


def _named(text: str, *, brand: Brand | None) -> list[SearchHit]:
    """Find rows of all kinds with a name (PaletteNames) by substring: one query, few rows each."""
    kinds = collect_contributions().names
    first, *others = (
        one.rows(brand)
        .filter(name__icontains=text)
        .annotate(which=Value(kind, output_field=CharField()), words=F("name"))
        .order_by()
        .values_list("which", "pk", "words")
        for kind, one in kinds.items()
    )
    # The id orders each kind from new to old; across kinds the order has no meaning.
    found = first.union(*others, all=True).order_by("-pk")[: _MOST * 2]
    return [
        SearchHit(words=words, note=str(kinds[kind].title), url=reverse(f"console:{kind}", args=[pk]))
        for kind, pk, words in found
    ]
