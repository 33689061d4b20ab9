"""Define the lists of brands and of the issuers behind them."""

from collections.abc import Mapping, Sequence

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from esmero.house.models import Brand, Issuer
from esmero.lists.columns import TRANSLATED, Column, name_column
from esmero.lists.filters import Labelled, Rows, field_filter
from esmero.lists.listing import Listing
from esmero.lists.translations import pick_translation
from esmero.postal_address import PostalAddress


def listed_issuers() -> Rows:
    """Return all issuers with their brands (`behind`)."""
    brands = Prefetch("brands", queryset=Brand.objects.order_by("name", "id"), to_attr="behind")
    return Issuer.objects.prefetch_related(brands)


ISSUERS = Listing(
    page="issuers",
    order="name",
    columns=(
        name_column("issuer", title=_("Name"), order=("name", "id")),
        Column(key="tax", title=_("Tax number"), value=lambda row: row.tax_id or "–"),
        Column(
            key="address",
            title=_("Postal address"),
            value=lambda row: PostalAddress.read(row.postal_address).as_line() or "–",
            quiet=True,
        ),
        Column(key="brands", title=_("Brands"), value=lambda row: ", ".join(brand.name for brand in row.behind) or "–"),
    ),
)


def list_brands(profiles: Mapping[str, Mapping[str, str]]) -> Listing:
    """Return the listing of brands; `profiles` are the names of the jurisdictions' profiles by code."""

    def choices() -> Sequence[Labelled]:
        return [(code, pick_translation(name)) for code, name in profiles.items()]

    return Listing(
        page="brands",
        order="name",
        columns=(
            name_column("brand-edit", title=_("Name"), order=("name", "id")),
            Column(key="sender", title=_("Sender"), value=lambda row: row.sender_address),
            Column(
                key="profile",
                title=_("Country’s rules"),
                value=lambda row: profiles.get(row.profile, {}),
                shape=TRANSLATED,
                quiet=True,
            ),
            Column(
                key="domain",
                title=_("Domain"),
                value=lambda row: row.return_domain,
                file_value=lambda row: row.return_domain,
            ),
            Column(
                key="code",
                title=_("Short code"),
                value=lambda row: row.slug,
                order=("slug", "id"),
                quiet=True,
                shown=False,
            ),
        ),
        filters=(field_filter("profile", title=_("Country’s rules"), every=_("Every country"), choices=choices),),
    )
