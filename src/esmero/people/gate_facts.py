"""Provide the gate with the facts of the people package: address, permissions, preferences and time zone.

Each provider answers for many people at once: the number of queries does not depend on their number.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Q

from esmero.house.country_time_zones import COUNTRY_TIME_ZONES
from esmero.house.jurisdictions import all_profiles, profile_of, profile_of_country
from esmero.people.addresses.suppression import are_numbers_excluded, find_excluded_numbers, find_suppressions
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason, are_among
from esmero.people.models import Address, Permission, Person, Preference
from esmero.people.permissions.decisions import read_statements
from esmero.policy.facts import (
    NO_PREFERENCE,
    AddressFacts,
    CaseSuppression,
    PreferenceFacts,
    StatedPreference,
    combine_preferences,
)
from esmero.policy.permission import CasePermission, StatedPermissions
from esmero.policy.quiet_hours import ResidenceFacts
from esmero.work.query_plan.selective import IsOneOf


def provide_addresses(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[AddressedPerson, AddressFacts]:
    """Return the address of each person with its status and suppression."""
    values = {one.address for one in people if one.address}
    suppressions = {
        address: CaseSuppression(scope=found.scope, reason=found.reason, since=found.since)  # type: ignore[arg-type]
        for address, found in find_suppressions(values, brand=reason.brand.pk).items()
    }
    excluded = _find_excluded(people, reason=reason) if are_numbers_excluded() else {}
    failing = set(
        Address.objects.filter(IsOneOf("value", list(values)), standing=Address.Standing.FAILING).values_list(
            "value", flat=True
        )
    )
    return {
        one: AddressFacts(
            one.address or None,
            "none" if not one.address else "failing" if one.address in failing else "ok",
            _choose_strictest(suppressions.get(one.address), excluded.get(one.person)),
        )
        for one in people
    }


def _find_excluded(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[int | None, CaseSuppression]:
    """Return the persons whose customer number an exclusion list names."""
    rows = Person.objects.filter(are_among(people, column="id")).exclude(number=None)
    numbers = dict(rows.values_list("pk", "number"))
    excluded = find_excluded_numbers({one for one in numbers.values() if one}, brand=reason.brand.pk)
    return {
        pk: CaseSuppression(scope=found.scope, reason=found.reason, since=found.since)  # type: ignore[arg-type]
        for pk, number in numbers.items()
        if (found := excluded.get(number or ""))
    }


def _choose_strictest(*suppressions: CaseSuppression | None) -> CaseSuppression | None:
    there = [one for one in suppressions if one is not None]
    return next((one for one in there if one.scope == "all"), there[0] if there else None)


def provide_permissions(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[AddressedPerson, StatedPermissions]:
    """Return what the permission ledger says of each person for the brand and channel."""
    found: dict[int, list[CasePermission]] = defaultdict(list)
    if reason.is_unsolicited:
        rows = Permission.objects.filter(are_among(people), brand=reason.brand, channel=reason.channel)
        for person, _channel, statement in read_statements(rows):
            found[person].append(statement)
    nothing = StatedPermissions(())
    return {one: StatedPermissions(tuple(mine)) if (mine := found.get(one.person)) else nothing for one in people}


def provide_preferences(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[AddressedPerson, PreferenceFacts]:
    """Return the preferences of each person for the topics of body and slot."""
    stated: dict[int, dict[int | None, StatedPreference]] = defaultdict(dict)
    if reason.is_unsolicited:
        topics = [topic for topic in reason.topics.values() if topic is not None]
        rows = Preference.objects.filter(Q(topic__in=topics) | Q(topic=None), are_among(people), brand=reason.brand)
        for person, topic, wanted, days, until in rows.values_list(
            "person_id", "topic_id", "wanted", "minimum_gap_days", "paused_until"
        ):
            stated[person][topic] = StatedPreference(wanted, None if days is None else timedelta(days=days), until)
    topics_by_code = reason.topics
    nothing = PreferenceFacts(dict.fromkeys(topics_by_code, NO_PREFERENCE))
    return {
        one: PreferenceFacts(
            {
                code: combine_preferences(mine.get(topic.pk) if topic else None, mine.get(None))
                for code, topic in topics_by_code.items()
            }
        )
        if (mine := stated.get(one.person))
        else nothing
        for one in people
    }


def provide_residences(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[AddressedPerson, ResidenceFacts]:
    """Return the time zone and the open hours of each person, by their own zone, or their country; else the brand's.

    Where the hours do not matter (service mail without promotion, letters), the brand's are returned for everybody.
    """
    brand = reason.brand
    at_brand = find_residence(country="", brand_zone=brand.timezone, brand_profile=brand.profile)
    if not _hours_matter(reason):
        return dict.fromkeys(people, at_brand)
    rows = Person.objects.filter(are_among(people, column="id")).exclude(country="", timezone="")
    places = {pk: (country, zone) for pk, country, zone in rows.values_list("pk", "country", "timezone")}
    residences = {
        (country, zone): find_residence(
            country=country, brand_zone=brand.timezone, brand_profile=brand.profile, time_zone=zone
        )
        for country, zone in set(places.values())
    }
    return {one: residences.get(places.get(one.person, ("", "")), at_brand) for one in people}


def find_residence(*, country: str, brand_zone: str, brand_profile: str, time_zone: str = "") -> ResidenceFacts:
    """Return the time zone and the open hours that apply to a person; equal persons share one object.

    The zone is the person's own, if one is stored, else that of their country, of its profile, or of the brand. The
    hours are those of the country's profile, else of the brand's.
    """
    own = profile_of_country(country)
    candidates = (time_zone, COUNTRY_TIME_ZONES.get(country, ""), own.time_zone if own else "", brand_zone)
    zone = next(name for name in (*candidates, settings.TIME_ZONE) if _is_zone(name))
    return _share_residence(zone, own.code if own else brand_profile, settings.QUIET_HOURS)


@lru_cache(maxsize=1024)
def _share_residence(zone: str, profile: str, quiet: bool) -> ResidenceFacts:
    return ResidenceFacts(ZoneInfo(zone), profile_of(profile).hours if quiet else {})


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    """Return whether the time zone database knows a name (a stored one may be of another version of it)."""
    try:
        return bool(name and ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _hours_matter(reason: DispatchReason) -> bool:
    kinds = {"commercial" if reason.message_class == "commercial" else "other"}
    if reason.promotion is not None:
        kinds.add("commercial")
    return settings.QUIET_HOURS and any(
        channel == reason.channel and kind in kinds
        for profile in all_profiles().values()
        for channel, kind in profile.hours
    )
