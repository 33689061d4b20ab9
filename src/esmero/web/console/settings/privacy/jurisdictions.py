"""Show the jurisdiction profiles: legal bases by kind of message, and premium-rate numbers."""

from django.http import HttpRequest, HttpResponse

from esmero.house.jurisdictions import PROFILES
from esmero.house.models import Brand
from esmero.web.console.access import requires
from esmero.web.console.page_frame import show
from esmero.web.parts.labels.states import BASES, CHANNELS

SOURCES = {
    "EU": ("Directive 2002/58/EC art. 13", "Regulation (EU) 2016/679 art. 6, 7 and 21"),
    "ES": ("Ley 34/2002 (LSSI) art. 21 and 22", "Real Decreto-ley 37/2020", "Ley Orgánica 3/2018"),
    "FR": ("CPCE art. L34-5", "CNIL", "Code de la consommation art. L121-16"),
}


@requires()
def profiles(request: HttpRequest) -> HttpResponse:
    """Show each profile with the brands that use it."""
    brands: dict[str, list[str]] = {}
    for code, name in Brand.objects.order_by("name").values_list("profile", "name"):
        brands.setdefault(code, []).append(name)
    shown = [
        {
            "profile": profile,
            "brands": brands.get(code, []),
            "sources": "; ".join(SOURCES[code]),
            "rows": [
                (
                    CHANNELS[channel],
                    [BASES[basis] for basis in BASES if basis in profile.bases[channel, "commercial"]],
                    [BASES[basis] for basis in BASES if basis in profile.bases[channel, "other"]],
                )
                for channel in CHANNELS
            ],
        }
        for code, profile in PROFILES.items()
    ]
    return show(request, "console/settings/profiles.html", subject="profiles", profiles=shown)
