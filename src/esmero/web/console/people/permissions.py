"""List the permission ledger and the suppressions of addresses."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from esmero.people.addresses.suppression import hash_address
from esmero.people.models import PermissionEntry, Suppression, Topic
from esmero.people.persons.queries import find_rows_of_people
from esmero.web.console.access import requires
from esmero.web.console.list_pages import answer_list
from esmero.web.console.page_frame import read_brand
from esmero.web.parts.components.tables import Choice, Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import said, state
from esmero.web.parts.components.times import format_time, format_time_short
from esmero.web.parts.labels.states import BASES, CHANNELS, PERMISSION, SCOPE, SUPPRESSION_REASON
from esmero.work.query_plan.selective import fetch_bounded


def _person(row: PermissionEntry) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("console:person", args=[row.person_id]), row.person)


def _proof(row: PermissionEntry) -> str | SafeString:
    if row.proof_id is None:
        return row.proof_place
    url = reverse("console:proof", args=[row.person_id, row.pk])
    return format_html('<a href="{}">{}</a>', url, row.proof_place or _("file"))


def _find(rows: Rows, text: str) -> Rows:
    return find_rows_of_people(rows, text=text)


def _with_proof(rows: Rows, value: str) -> Rows:
    if value == "none":
        return rows.filter(proof__isnull=True)
    few = fetch_bounded(
        PermissionEntry.objects.filter(proof__isnull=False).order_by("proof").values_list("pk", flat=True)
    )
    return rows.filter(proof__isnull=False) if few is None else rows.filter(pk__in=few)


def _topics() -> list[Choice]:
    rows = Topic.objects.select_related("brand").order_by("brand__name", "id")
    return [(str(row.pk), f"{row.brand.name}: {said(row.name)}") for row in rows[:300]]


PERMISSIONS = Listing(
    page="permissions",
    order="-recorded",
    personal=True,
    search=_find,
    count_found=False,
    search_title=gettext_lazy("Name, number or address"),
    columns=(
        TableColumn(
            key="person", title=gettext_lazy("Person"), cell=_person, plain=lambda row: str(row.person), head=True
        ),
        TableColumn(key="act", title=gettext_lazy("What they said"), cell=lambda row: state("permission", row.act)),
        TableColumn(
            key="topic",
            title=gettext_lazy("Topic"),
            cell=lambda row: said(row.topic.name) if row.topic else said(row.purpose.name),
        ),
        TableColumn(
            key="channel",
            title=pgettext_lazy("of communication", "Channel"),
            cell=lambda row: str(CHANNELS.get(row.channel, row.channel)),
            quiet=True,
        ),
        TableColumn(
            key="basis", title=gettext_lazy("Ground"), cell=lambda row: str(BASES.get(row.basis, row.basis)), quiet=True
        ),
        TableColumn(
            key="at",
            title=gettext_lazy("When"),
            cell=lambda row: format_time(row.at),
            plain=lambda row: row.at.isoformat(),
            quiet=True,
        ),
        TableColumn(key="source", title=gettext_lazy("Where from"), cell=lambda row: row.source, quiet=True),
        TableColumn(key="proof", title=gettext_lazy("Proof"), cell=_proof),
        TableColumn(
            key="wording",
            title=gettext_lazy("Wording"),
            cell=lambda row: row.wording[:120],
            plain=lambda row: row.wording,
            quiet=True,
            shown=False,
        ),
        TableColumn(key="brand", title=gettext_lazy("Brand"), cell=lambda row: row.brand.name, quiet=True, shown=False),
        TableColumn(
            key="recorded",
            title=gettext_lazy("Recorded"),
            cell=lambda row: format_time(row.recorded_at),
            plain=lambda row: row.recorded_at.isoformat(),
            order=("id",),
            quiet=True,
        ),
    ),
    filters=(
        Filter(
            key="act",
            title=gettext_lazy("What they said"),
            every=gettext_lazy("Everything said"),
            choices=lambda: [(act, PERMISSION[act].text) for act in PermissionEntry.Act.values],
            apply=lambda rows, value: rows.filter(act=value),
        ),
        Filter(
            key="topic",
            title=gettext_lazy("Topic"),
            every=gettext_lazy("Every topic"),
            choices=_topics,
            apply=lambda rows, value: rows.filter(topic=value),
        ),
        Filter(
            key="channel",
            title=pgettext_lazy("of communication", "Channel"),
            every=gettext_lazy("Every channel"),
            choices=lambda: list(CHANNELS.items()),
            apply=lambda rows, value: rows.filter(channel=value),
        ),
        Filter(
            key="basis",
            title=gettext_lazy("Ground"),
            every=gettext_lazy("Every ground"),
            choices=lambda: list(BASES.items()),
            apply=lambda rows, value: rows.filter(basis=value),
        ),
        Filter(
            key="proof",
            title=gettext_lazy("Proof"),
            every=gettext_lazy("Every proof"),
            choices=lambda: [("file", gettext_lazy("with a file")), ("none", gettext_lazy("without a file"))],
            apply=_with_proof,
        ),
    ),
)


def _describe_lifting(row: Suppression) -> str:
    """Describe how a suppressed address can become usable again."""
    if row.lifted_at:
        return _("lifted on %(day)s") % {"day": format_time_short(row.lifted_at)}
    if row.until:
        return _("ends by itself on %(day)s") % {"day": format_time_short(row.until)}
    if row.reason == "erased":
        return _("none: the person was erased")
    if row.scope == Suppression.Scope.COMMERCIAL:
        return _("on their page, when they ask for it")
    return _("a new address, or lifted on their page")


SUPPRESSIONS = Listing(
    page="silences",
    order="-since",
    personal=True,
    search=lambda rows, text: rows.filter(hash=hash_address(text)),
    search_title=gettext_lazy("A whole address"),
    columns=(
        TableColumn(
            key="reason", title=gettext_lazy("Because"), cell=lambda row: state("silence", row.reason), head=True
        ),
        TableColumn(key="scope", title=gettext_lazy("Silent for"), cell=lambda row: str(SCOPE[row.scope].text)),
        TableColumn(
            key="brand",
            title=gettext_lazy("Brand"),
            cell=lambda row: row.brand.name if row.brand else _("all brands"),
            quiet=True,
        ),
        TableColumn(
            key="since",
            title=gettext_lazy("Since"),
            cell=lambda row: format_time(row.since),
            plain=lambda row: row.since.isoformat(),
            order=("id",),
            quiet=True,
        ),
        TableColumn(key="evidence", title=gettext_lazy("Evidence"), cell=lambda row: row.evidence, quiet=True),
        TableColumn(key="back", title=gettext_lazy("Way back"), cell=_describe_lifting, quiet=True),
    ),
    filters=(
        Filter(
            key="reason",
            title=gettext_lazy("Because"),
            every=gettext_lazy("Every reason"),
            choices=lambda: [(value, word.text) for value, word in SUPPRESSION_REASON.items() if value != "complained"],
            apply=lambda rows, value: rows.filter(reason=value),
        ),
        Filter(
            key="scope",
            title=gettext_lazy("Silent for"),
            every=gettext_lazy("All or advertising"),
            choices=lambda: [(value, word.text) for value, word in SCOPE.items()],
            apply=lambda rows, value: rows.filter(scope=value),
        ),
        Filter(
            key="lifted",
            title=gettext_lazy("Standing"),
            every=gettext_lazy("Standing and lifted"),
            choices=lambda: [("no", gettext_lazy("still standing")), ("yes", gettext_lazy("lifted"))],
            apply=lambda rows, value: rows.filter(lifted_at__isnull=value == "no"),
        ),
    ),
)


@requires()
def permissions(request: HttpRequest) -> HttpResponseBase:
    """List the ledger of the current brand, the latest entry first."""
    brand = read_brand(request)
    rows = PermissionEntry.objects.filter(brand=brand.pk if brand else 0)
    return answer_list(
        request,
        "console/people/permissions.html",
        listing=PERMISSIONS,
        rows=rows.select_related("person", "topic", "purpose", "brand", "proof"),
        subject="permissions",
        empty_title=_("The ledger is empty"),
        empty_text=_(
            "What people allow and take back will stand here, each with its proof: from lists, forms and mails."
        ),
        empty_url=reverse("console:import-new"),
        empty_action=_("Import a list"),
    )


@requires()
def suppressions(request: HttpRequest) -> HttpResponseBase:
    """List the suppressions of addresses, as keyed hashes, so that the page reveals no address."""
    return answer_list(
        request,
        "console/people/silences.html",
        listing=SUPPRESSIONS,
        rows=Suppression.objects.select_related("brand"),
        subject="permissions",
        empty_title=_("No address is silent"),
        empty_text=_(
            "An address falls silent when mail to it returns for good, when somebody complains, or when you say so."
        ),
        empty_url=reverse("console:people"),
        empty_action=_("Go to the people"),
    )
