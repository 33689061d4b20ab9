"""Define the lists of the permission ledger, of suppressions and of topics."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from esmero.house.models import Brand
from esmero.lists.columns import TRANSLATED, Choice, Column, ObjectLink, moment_column, name_column, state_column
from esmero.lists.filters import Filter, Labelled, Rows, code_filter, field_filter
from esmero.lists.listing import Listing
from esmero.lists.translations import pick_translation
from esmero.people.addresses.suppression import hash_address
from esmero.people.models import Channel, PermissionEntry, Suppression, Topic
from esmero.people.persons.queries import find_rows_of_people
from esmero.work.query_plan.selective import fetch_bounded

BASIS_ORDER = ("consent", "soft opt-in", "contract", "legitimate interest", "law")
SUPPRESSION_REASONS = (
    "unknown-user",
    "unknown-host",
    "moved",
    "no-mail-host",
    "disabled",
    "complaint",
    "unsubscribed",
    "unreachable",
    "erased",
    "staff",
)


def _with_proof(rows: Rows, value: str) -> Rows:
    if value == "none":
        return rows.filter(proof__isnull=True)
    few = fetch_bounded(
        PermissionEntry.objects.filter(proof__isnull=False).order_by("proof").values_list("pk", flat=True)
    )
    return rows.filter(proof__isnull=False) if few is None else rows.filter(pk__in=few)


def _list_topics() -> list[Labelled]:
    rows = Topic.objects.select_related("brand").order_by("brand__name", "id")
    return [(str(row.pk), f"{row.brand.name}: {pick_translation(row.name)}") for row in rows[:300]]


PERMISSIONS = Listing(
    page="permissions",
    order="-recorded",
    personal=True,
    search=lambda rows, text: find_rows_of_people(rows, text=text),
    count_found=False,
    search_title=_("Name, number or address"),
    columns=(
        Column(
            key="person",
            title=_("Person"),
            value=lambda row: row.person,
            shape=ObjectLink("person", lambda row: row.person_id),
            head=True,
        ),
        state_column(_("What they said"), "permission", key="act"),
        Column(
            key="topic",
            title=_("Topic"),
            value=lambda row: row.topic.name if row.topic else row.purpose.name,
            shape=TRANSLATED,
        ),
        Column(
            key="channel",
            title=pgettext_lazy("of communication", "Channel"),
            value=lambda row: row.channel,
            shape=Choice("channel"),
            quiet=True,
        ),
        Column(key="basis", title=_("Ground"), value=lambda row: row.basis, shape=Choice("basis"), quiet=True),
        moment_column("at", _("When"), lambda row: row.at),
        Column(key="source", title=_("Where from"), value=lambda row: row.source, quiet=True),
        Column(key="proof", title=_("Proof"), value=lambda row: row.proof_place),
        Column(
            key="wording",
            title=_("Wording"),
            value=lambda row: row.wording[:120],
            file_value=lambda row: row.wording,
            quiet=True,
            shown=False,
        ),
        Column(key="brand", title=_("Brand"), value=lambda row: row.brand.name, quiet=True, shown=False),
        moment_column("recorded", _("Recorded"), lambda row: row.recorded_at, order=("id",)),
    ),
    filters=(
        code_filter(
            "permission",
            PermissionEntry.Act.values,
            key="act",
            title=_("What they said"),
            every=_("Everything said"),
        ),
        field_filter("topic", title=_("Topic"), every=_("Every topic"), choices=_list_topics),
        code_filter(
            "channel",
            Channel.values,
            key="channel",
            title=pgettext_lazy("of communication", "Channel"),
            every=_("Every channel"),
        ),
        code_filter("basis", BASIS_ORDER, key="basis", title=_("Ground"), every=_("Every ground")),
        Filter(
            key="proof",
            title=_("Proof"),
            every=_("Every proof"),
            choices=lambda: [("file", _("with a file")), ("none", _("without a file"))],
            apply=_with_proof,
        ),
    ),
)

SUPPRESSIONS = Listing(
    page="silences",
    order="-since",
    personal=True,
    search=lambda rows, text: rows.filter(hash=hash_address(text)),
    search_title=_("A whole address"),
    columns=(
        state_column(_("Because"), "silence", key="reason", head=True),
        Column(key="scope", title=_("Silent for"), value=lambda row: row.scope, shape=Choice("scope")),
        Column(
            key="brand",
            title=_("Brand"),
            value=lambda row: row.brand.name if row.brand else gettext("all brands"),
            quiet=True,
        ),
        moment_column("since", _("Since"), lambda row: row.since, order=("id",)),
        Column(key="evidence", title=_("Evidence"), value=lambda row: row.evidence, quiet=True),
        Column(key="back", title=_("Way back"), value=lambda _row: "", quiet=True),
    ),
    filters=(
        code_filter("silence", SUPPRESSION_REASONS, key="reason", title=_("Because"), every=_("Every reason")),
        code_filter(
            "scope", Suppression.Scope.values, key="scope", title=_("Silent for"), every=_("All or advertising")
        ),
        Filter(
            key="lifted",
            title=_("Standing"),
            every=_("Standing and lifted"),
            choices=lambda: [("no", _("still standing")), ("yes", _("lifted"))],
            apply=lambda rows, value: rows.filter(lifted_at__isnull=value == "no"),
        ),
    ),
)

TOPICS = Listing(
    page="topics",
    order="code",
    columns=(
        name_column("topic", title=_("Name"), value=lambda row: pick_translation(row.name) or row.code),
        Column(key="code", title=_("Short code"), value=lambda row: row.code, order=("code", "id"), quiet=True),
        Column(key="brand", title=_("Brand"), value=lambda row: row.brand.name),
        Column(
            key="purpose",
            title=_("Purpose"),
            value=lambda row: pick_translation(row.purpose.name) or row.purpose.code,
        ),
        Column(
            key="kind",
            title=_("Kind"),
            value=lambda row: gettext("advertising") if row.purpose.commercial else gettext("no advertising"),
            quiet=True,
        ),
        state_column(_("State"), "topic", value=lambda row: "archived" if row.archived_at else "offered"),
    ),
    filters=(
        field_filter(
            "brand",
            title=_("Brand"),
            every=_("Every brand"),
            choices=lambda: list(Brand.objects.order_by("name").values_list("slug", "name")),
            field="brand__slug",
        ),
        Filter(
            key="state",
            title=_("State"),
            every=_("Every state"),
            kind="topic",
            choices=lambda: ("offered", "archived"),
            apply=lambda rows, value: rows.filter(archived_at__isnull=value == "offered"),
        ),
    ),
)
