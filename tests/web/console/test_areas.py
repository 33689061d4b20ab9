"""Areas contribute to the console: what they give is whole, two never claim one thing, and a new one is everywhere."""

import ast
from pathlib import Path
from types import ModuleType

import pytest
from django.urls import include, path
from django.utils import timezone

import esmero.urls
from esmero.dossier.timeline import TimelineEntry
from esmero.house.models import Brand
from esmero.web.console import areas
from esmero.web.console import urls as console_urls
from esmero.web.console.area import (
    Area,
    MenuPlace,
    PaletteNames,
    PaletteSource,
    RunningLine,
    SearchHit,
    StartAction,
    TimelineLine,
    TodayLine,
)
from esmero.web.console.areas import AREAS, collect_contributions, merge_areas
from esmero.web.console.page_frame import show
from esmero.web.console.people.persons.timeline_entries import describe_entries
from esmero.web.console.undo.toast import offer_undo
from tests.house_facts import build_house
from tests.web.document import get_document
from tests.web.facts import staff

CONSOLE = Path(areas.__file__).parent
FELLED = []


def orchard(request, pk=0):
    offer_undo(request, "The tree is felled.", kind="tree-felled", tree=7)
    return show(request, "console/base.html", subject="orchard")


ORCHARD = Area(
    name="orchard",
    urls=[path("orchard/", orchard, name="orchard"), path("orchard/<int:pk>/", orchard, name="grove")],
    places=(
        MenuPlace(subject="orchard", address="orchard", words="Orchard", letter="x", count=lambda brand: "3 ripe"),
    ),
    starts=(StartAction(rank=60, address="orchard", words="Plant a tree", permission="campaigns.write"),),
    searches=(
        PaletteSource(title="Trees", find=lambda text, most: [SearchHit(words=f"Tree {text}", url="/tree/")][:most]),
    ),
    names=(PaletteNames(kind="grove", title="Grove", rows=lambda brand: Brand.objects.filter(pk=brand.pk)),),
    undos={"tree-felled": lambda facts, by: FELLED.append((facts["tree"], by.name))},
    timeline={"planted": lambda at, facts: TimelineLine(at=at, text=f"Planted {facts['tree']}")},
    today={15: lambda asked: [TodayLine(words=f"Prune for {asked.brand.name}", url="/prune/")]},
    running=(lambda asked: [RunningLine(words="Harvest", url="/harvest/", state="", done=1, total=4, note="1 of 4")],),
)


@pytest.fixture
def orchard_area(monkeypatch, settings):
    monkeypatch.setattr(areas, "AREAS", (*AREAS, f"{__name__}.ORCHARD"))
    collect_contributions.cache_clear()
    routes = ModuleType("routes_with_orchard")
    console = [*collect_contributions().urls, *console_urls.urlpatterns]
    routes.urlpatterns = [path("console/", include((console, "console"))), *esmero.urls.urlpatterns]
    settings.ROOT_URLCONF = routes
    FELLED.clear()
    yield
    collect_contributions.cache_clear()


@pytest.fixture
def document(client, orchard_area):
    """Return a function that opens a page and reads it."""
    build_house()
    client.force_login(staff())
    return lambda address, **query: get_document(client, address, query)


def test_every_folder_with_an_area_is_listed():
    found = {f"esmero.web.console.{one.parent.name}.area.AREA" for one in CONSOLE.glob("*/area.py")}
    assert found == set(AREAS)
    assert len(set(AREAS)) == len(AREAS)


def test_every_kind_of_undo_is_offered_and_every_offer_has_its_undo():
    offered = set()
    for module in CONSOLE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "offer_undo":
                kind = next(word.value for word in node.keywords if word.arg == "kind")
                offered |= {
                    one.value
                    for branch in ([kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind])
                    for one in ast.walk(branch)
                    if isinstance(one, ast.Constant)
                }
    assert offered == set(collect_contributions().undos)


def test_every_kind_of_timeline_entry_has_words():
    kinds = {"message", "event", "permission", "wrote", "answered", "import", "note", "change"}
    assert set(collect_contributions().timeline) == kinds


def test_today_lists_the_most_urgent_first():
    assert [lines.__name__ for lines in collect_contributions().today] == [
        "list_held_messages",
        "list_data_requests",
        "list_failing_mailboxes",
        "list_unread_mail",
        "list_proposals",
        "list_messages_in_doubt",
        "list_failed_jobs",
    ]


PLACE = MenuPlace(subject="a", address="a", words="A", letter="a")


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ({"places": (PLACE,)}, "letter 'a'"),
        ({"undos": {"felled": print}}, "undo kind 'felled'"),
        ({"timeline": {"planted": print}}, "timeline kind 'planted'"),
        ({"today": {10: print}}, "rank of Today 10"),
        ({"names": (PaletteNames(kind="grove", title="", rows=print),)}, "palette kind 'grove'"),
        ({"urls": [path("a/", orchard, name="a")]}, "route 'a'"),
        ({"starts": (StartAction(rank=1, address="a", words="A", permission="campaigns.write"),)}, "start action 'a'"),
    ],
)
def test_two_areas_cannot_claim_one_thing(claim, said):
    with pytest.raises(ValueError, match=f"The {said} is claimed by the areas first and second"):
        merge_areas([Area(name="first", **claim), Area(name="second", **claim)])


def test_two_places_cannot_have_one_subject_nor_two_areas_one_name():
    other = MenuPlace(subject="a", address="b", words="B", letter="b")
    with pytest.raises(ValueError, match="The subject 'a' is claimed by the areas first and second"):
        merge_areas([Area(name="first", places=(PLACE,)), Area(name="second", places=(other,))])
    with pytest.raises(ValueError, match="The name 'first'"):
        merge_areas([Area(name="first"), Area(name="first")])


@pytest.mark.django_db
def test_a_new_area_stands_in_the_menu(document):
    page = document("/console/orchard/")
    assert page.part('.menu-list a[aria-current="page"]').pieces() == ["Orchard", "3 ripe"]
    assert page.text('.menu-list a[aria-current="page"] .count') == "3 ripe"


@pytest.mark.django_db
def test_a_new_area_is_found_by_the_palette(document):
    found = document("/console/palette/", q="fibra")
    assert found.link("Tree fibra") == "/tree/"
    assert {"Tree fibra", "Fibra Norte Grove"} <= set(found.texts("a[role=option]"))
    assert {"Plant a tree", "Orchard"} <= set(document("/console/palette/").texts("a[role=option]"))


@pytest.mark.django_db
def test_a_new_area_speaks_on_today(document):
    page = document("/console/")
    assert page.text('.due a[href="/prune/"]') == "Prune for Fibra Norte"
    assert page.text('#running a[href="/harvest/"]') == "Harvest"
    assert page.attribute("#running [role=progressbar]", "aria-valuenow") == "1"
    assert page.attribute("#running", "hx-trigger") == "every 3s"


@pytest.mark.django_db
def test_an_act_of_a_new_area_is_taken_back(document, client):
    client.post("/console/undo/", {"ticket": document("/console/orchard/").ticket()})
    assert [tree for tree, _by in FELLED] == [7]


@pytest.mark.usefixtures("orchard_area")
def test_an_entry_of_a_new_area_has_its_words():
    entry = TimelineEntry(timezone.now(), "planted", {"tree": "pear"}, 0, 1)
    assert [line.text for line in describe_entries([entry])] == ["Planted pear"]


def test_an_act_without_an_undo_is_not_offered(rf):
    with pytest.raises(KeyError):
        offer_undo(rf.get("/"), "Done.", kind="no-such-kind")
