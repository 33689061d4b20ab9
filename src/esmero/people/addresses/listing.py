"""Define the lists of addresses in trouble and of proposed addresses."""

from collections.abc import Sequence

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from esmero.lists.columns import NUMBER, Choice, Column, ObjectLink, moment_column, state_column
from esmero.lists.filters import Filter, Rows, code_filter
from esmero.lists.listing import Listing
from esmero.people.addresses.address_proposals import proposal_rows
from esmero.people.models import Address, Person, Proposal

IN_TROUBLE = (Address.Standing.FAILING, Address.Standing.SUPPRESSED)


def troubled_addresses() -> Rows:
    """Return the failing and suppressed addresses, each with a person who uses it."""
    owner = Person.objects.filter(address=OuterRef("pk"), state=Person.State.ACTIVE).order_by("id")
    rows = Address.objects.filter(standing__in=IN_TROUBLE)
    return rows.annotate(owner=Subquery(owner.values("id")[:1]))


def list_addresses(reasons: Sequence[str]) -> Listing:
    """Return the listing of addresses in trouble; `reasons` are the meanings of returns that can be chosen."""
    return Listing(
        page="returns-addresses",
        order="standing",
        personal=True,
        search=lambda rows, text: rows.filter(value__startswith=text.lower()),
        search_title=_("Address"),
        columns=(
            Column(
                key="address",
                title=_("Address"),
                value=lambda row: row.value,
                shape=ObjectLink("person", lambda row: row.owner),
                head=True,
            ),
            state_column(_("Standing"), "standing", key="standing", order=("standing", "id")),
            Column(key="reason", title=_("Meaning"), value=lambda row: row.reason, shape=Choice("meaning")),
            moment_column("since", _("Since"), lambda row: row.since, form="short"),
            Column(
                key="returns",
                title=_("Returns"),
                value=lambda row: row.permanent_returns + row.temporary_returns,
                shape=NUMBER,
                numeric=True,
                label=_("returns"),
            ),
            Column(key="next", title=_("What comes next"), value=lambda _row: "", quiet=True),
            Column(key="domain", title=_("Domain"), value=lambda row: row.domain, quiet=True, shown=False),
        ),
        filters=(
            code_filter(
                "standing",
                [str(status) for status in IN_TROUBLE],
                key="standing",
                title=_("Standing"),
                every=_("Failing and silenced"),
            ),
            code_filter("meaning", reasons, key="reason", title=_("Meaning"), every=_("Every meaning")),
        ),
    )


def proposals_in_state(value: str) -> Rows:
    """Return the proposals in a state; another value means the open ones."""
    known = Proposal.State.values
    return proposal_rows().filter(state=value if value in known else Proposal.State.OPEN)


PROPOSALS = Listing(
    page="proposals",
    order="-found",
    personal=True,
    search=lambda rows, text: rows.filter(address__startswith=text.lower()),
    search_title=_("Proposed address"),
    columns=(
        Column(
            key="person",
            title=_("Person"),
            value=lambda row: row.person,
            shape=ObjectLink("person", lambda row: row.person_id),
            head=True,
        ),
        Column(key="address", title=_("Proposed address"), value=lambda row: row.address),
        state_column(_("Kind"), "proposal-kind", key="kind", shown=False),
        Column(key="words", title=_("What the mail says"), value=lambda row: row.words, quiet=True),
        state_column(_("State"), "proposal", shown=False),
        moment_column("found", _("When"), lambda row: row.found_at, form="short", order=("found_at", "id")),
        Column(key="mail", title=_("Look at"), value=lambda row: row.evidence, shown=False),
        Column(key="decide", title=_("Decide"), value=lambda row: row.decided_by),
    ),
    filters=(
        Filter(
            key="state",
            title=_("State"),
            every=_("To decide"),
            kind="proposal",
            choices=lambda: [value for value in Proposal.State.values if value != Proposal.State.OPEN],
            apply=lambda rows, _value: rows,  # `proposals_in_state` applies it: by default the open ones are shown
        ),
        code_filter(
            "proposal-kind",
            Proposal.Kind.values,
            key="kind",
            title=_("What the mail says"),
            every=_("Left or moved"),
        ),
    ),
)
