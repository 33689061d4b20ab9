"""Show the jurisdiction profiles with their sources, and name the operator's files that cannot be read."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from esmero.house.configuration import find_home
from esmero.house.jurisdictions import all_profiles, load_profiles
from esmero.house.models import Brand
from esmero.house.profiles.legal_clocks import ClockUnit
from esmero.house.profiles.profile import Profile
from esmero.house.profiles.reading import read_profiles
from esmero.web.console.access import requires
from esmero.web.console.page_frame import show
from esmero.web.labels.law.jurisdictions import CLOCKS, ORIGINS, SALES, TAXES, label_clock, label_duration
from esmero.web.labels.people import BASES, CHANNELS


@requires()
def profiles(request: HttpRequest) -> HttpResponse:
    """Show each profile with the brands that use it."""
    brands: dict[str, list[str]] = {}
    for code, name in Brand.objects.order_by("name").values_list("profile", "name"):
        brands.setdefault(code, []).append(name)
    # Read anew, so that whoever corrects a file sees at once whether it is right now.
    on_disk = read_profiles(find_home() / "profiles")
    return show(
        request,
        "console/settings/profiles.html",
        subject="profiles",
        profiles=[{**_describe(one), "brands": brands.get(code, [])} for code, one in all_profiles().items()],
        faults=[str(fault) for fault in on_disk.faults],
        is_changed=on_disk.profiles != load_profiles().profiles,
        missing=sorted(set(brands) - set(all_profiles())),
        folder=str(find_home() / "profiles"),
    )


def _describe(profile: Profile) -> dict[str, Any]:
    deadlines = [(CLOCKS[name], label_clock(one), one.citation) for name, one in profile.clocks.items()]
    deadlines += [
        (SALES[sold], label_duration(one.days, ClockUnit.CALENDAR_DAYS), one.citation)
        for sold, one in profile.withdrawal.items()
    ]
    places = ("bases", "hours", "authority", "premium_numbers", "holidays", "paper")
    cited = [one for place, one in profile.citations.items() if place.startswith(places)]
    return {
        "profile": profile,
        "origin": ORIGINS[profile.origin],
        "rows": [
            (
                CHANNELS[channel],
                [BASES[basis] for basis in BASES if basis in profile.bases[channel, "commercial"]],
                [BASES[basis] for basis in BASES if basis in profile.bases[channel, "other"]],
            )
            for channel in CHANNELS
        ],
        "deadlines": deadlines,
        "rates": [(TAXES[one.kind], one) for one in profile.tax_rates],
        "sources": "; ".join(dict.fromkeys(one.source for one in cited)),
        "as_of": min(one.as_of for one in cited),
    }
