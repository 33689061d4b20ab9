"""Hold every list of the product: its order can be sorted, its codes have labels, its links lead to a page."""

from importlib import import_module
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

import esmero
from esmero.lists.columns import Choice, ObjectLink, State
from esmero.lists.listing import Listing
from esmero.web.labels.registry import TABLES

SOURCE = Path(esmero.__file__).parent
MODULES = sorted(
    ".".join(("esmero", *path.relative_to(SOURCE).with_suffix("").parts))
    for pattern in ("listing.py", "dmarc_listing.py")
    for path in SOURCE.rglob(pattern)
    if path.parent.name != "lists"
)
# Lists that need a value of the house, made with none of it.
MADE = {
    "esmero.house.audit_log.listing": lambda module: [module.list_audit_log(actions=(), kinds={})],
    "esmero.house.issuers.listing": lambda module: [module.list_brands({})],
    "esmero.house.staffing.listing": lambda module: [module.list_staff(list)],
    "esmero.imports.listing": lambda module: [module.list_imports(("persons", "exclusions"))],
    "esmero.mailroom.arriving.dmarc_listing": lambda module: [module.list_sources(())],
    "esmero.mailroom.arriving.listing": lambda module: [
        module.list_bounces(spans=(), meanings=("mailbox-full",)),
        module.list_complaints(spans=()),
        module.list_absences(spans=()),
    ],
    "esmero.people.addresses.listing": lambda module: [module.list_addresses(("mailbox-full",))],
}


def find_listings():
    for name in MODULES:
        module = import_module(name)
        yield from (one for one in vars(module).values() if isinstance(one, Listing))
        yield from MADE.get(name, lambda _module: [])(module)


LISTINGS = {one.page: one for one in find_listings()}


def test_the_lists_are_found():
    assert len(LISTINGS) >= 30


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS.keys())
def test_a_list_is_in_an_order_that_exists_and_names_each_column_once(listing):
    fields, _backwards = listing.sort_fields("")
    assert fields
    keys = [column.key for column in listing.columns]
    assert len(keys) == len(set(keys))
    assert sum(column.head for column in listing.columns) == 1


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS.keys())
def test_codes_have_labels_and_links_lead_to_a_page(listing):
    for column in listing.columns:
        match column.shape:
            case State(kind=kind) | Choice(kind=kind):
                assert kind in TABLES
            case ObjectLink(kind=kind):
                assert leads_somewhere(kind)
    for one in listing.filters:
        assert not one.kind or one.kind in TABLES


@pytest.mark.django_db
@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS.keys())
def test_the_values_of_a_filter_by_codes_are_labelled(listing):
    for one in listing.filters:
        if one.kind:
            assert [value for value in one.list_values() if value not in TABLES[one.kind]] == []


def leads_somewhere(kind: str) -> bool:
    try:
        return bool(reverse(f"console:{kind}", args=[1]))
    except NoReverseMatch:
        return False
