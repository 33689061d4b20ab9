"""Serve the pages that change the contact points of a person or an organisation; every change can be undone."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from esmero.people.models import ContactPoint
from esmero.people.persons.contact_points import add_point, change_point, remove_point
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, PageAct
from esmero.web.console.people.parties.party_pages import answer_party_edit, find_party
from esmero.web.console.people.parties.point_forms import ADD_TITLES, make_point_form, open_point, read_country
from esmero.web.console.undo.toast import offer_undo
from esmero.web.labels.postal_forms import country_choices


@requires("people.change")
def contact_point(request: HttpRequest, pk: int, party: str, kind: str = "", point: int | None = None) -> HttpResponse:
    """Add an e-mail address, a phone or a postal address to a party; change or remove one."""
    owner = find_party(party, pk)
    known = get_object_or_404(owner.contact_points, pk=point) if point else None
    kind = known.kind if known else kind
    if kind not in ADD_TITLES:
        raise Http404
    country = read_country(request, owner, known=known.facts.get("country", "") if known else "")

    def save(edit: Edit[ContactPoint]) -> ContactPoint:
        form = edit.form
        given = {"value": form.value, "facts": form.facts, "use": form.chosen_use, "by": edit.by}
        if known is None:
            made = add_point(owner, kind=kind, **given)
            offer_undo(request, _("Added: %(value)s") % {"value": made.value}, kind="reach-added", point=made.pk)
            return made
        before = change_point(known, **given)
        offer_undo(request, _("Changed: %(value)s") % {"value": form.value}, kind="reach-changed", before=before)
        return known

    return answer_party_edit(
        request,
        owner,
        title=known.value if known else ADD_TITLES[kind](),
        form=lambda data: make_point_form(kind, data, country=country, initial=open_point(known) if known else None),
        save=save,
        row=known,
        acts=(PageAct(value="remove", title=_("Remove it"), run=_remove, grave=True),),
        country=country,
        countries=country_choices(country)[1:] if kind != ContactPoint.Kind.EMAIL else [],
    )


def _remove(request: HttpRequest, point: ContactPoint) -> None:
    before = remove_point(point, by=staff(request))
    offer_undo(request, _("Removed: %(value)s") % {"value": point.value}, kind="reach-changed", before=before)
