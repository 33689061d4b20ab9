"""The one literal list of what the house shows to people who do not work for it, in each state, with what it stands on.

`PAGES` gives each its name, the route of the URL table that answers, and how it is asked for;
`tests/web/public/test_every.py` walks the table, so that a new address fails until it stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from esmero.asks.bot_guard import make_stamp
from esmero.asks.models import Form, Submission
from esmero.asks.submissions import confirm
from esmero.campaigns.models import Campaign
from esmero.content.models import Link, TemplateText
from esmero.mailroom.arriving.unsubscription import unsubscribe_by_message
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message
from esmero.people.models import ContactPoint, PermissionEntry, Person, Topic
from esmero.privacy.data_access import confirm_address_change
from esmero.privacy.requests import request_erasure
from esmero.rendering.tokens import TokenPurpose
from esmero.vault.files import seal
from tests.grants.facts import grant_address_change, grant_data_access, path_of
from tests.house_facts import House, add_people, build_house, open_dispatch

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c636060600000000400"
    "01f61738550000000049454e44ae426082"
)
WORDING = "Escríbanme como mucho una vez al mes con novedades de su línea"
SOURCE = "formulario web"
REASON = {"es": "Cambia su velocidad", "fr": "Votre débit change", "en": "Your speed changes"}
NAMES = {
    "novedades": {"es": "Novedades", "fr": "Nouveautés", "en": "What is new"},
    "tv": {"es": "Televisión", "fr": "Télévision", "en": "Television"},
}
TV = {"es": "Estrenos y canales nuevos", "fr": "Nouvelles chaînes", "en": "New channels"}
DATA = ("Ana", "Güell", "Fibra Norte", "boletin", "C-7", "Calle Mayor 1", WORDING, SOURCE)


@dataclass(frozen=True, kw_only=True)
class Page:
    """How one page is asked for and what it is; `key` says that its address is a secret of somebody."""

    name: str
    route: str
    path: str
    status: int = 200
    data: Mapping[str, Any] | None = None
    key: bool = False
    kind: str = "page"  # or letter, feed, file, style, words

    @property
    def method(self) -> str:
        return "GET" if self.data is None else "POST"


@dataclass(frozen=True)
class Outside:
    """The furnished house, its pages by name, and a token of each purpose with what its page would act on."""

    house: House
    pages: dict[str, Page]
    tokens: dict[TokenPurpose, str] = field(default_factory=dict)


def furnish_readers() -> Outside:
    """Make a house in which each page that a recipient may see has something to show."""
    cache.clear()
    house = build_house(kind="capture")
    Topic.objects.filter(pk=house.topic.pk).update(archive_is_public=True, name=NAMES["novedades"])
    house.topic.refresh_from_db()
    Topic.objects.create(
        brand=house.brand, code="tv", name=NAMES["tv"], description=TV, purpose=house.topic.purpose,
    )  # fmt: skip
    people = add_people(house, 5)
    now = timezone.now()
    PermissionEntry.objects.update(wording=WORDING, source=SOURCE)
    Person.objects.update(given_name="Ana", country="ES", fields={"pet": "Mochuelo"})
    for kind, value in (("phone", "+34 600 000 000"), ("post", "Calle Sol 2, 28012 Madrid")):
        ContactPoint.objects.create(person=people[0], kind=kind, value=value)
    dispatch = open_dispatch(house, people)
    Message.objects.update(state=Message.State.SENT, sent_at=now, due_at=None)
    Dispatch.objects.update(state=Dispatch.State.CLOSED, closed_at=now, reason=REASON)
    own, gone, nobody, leaver, moved = Message.objects.order_by("id")
    unsubscribe_by_message(gone, at=now, source="page")
    Message.objects.filter(pk=nobody.pk).update(person=None)
    Person.objects.filter(pk=leaver.person_id).update(number=None)
    campaign = Campaign.objects.create(
        name="Intern", brand=house.brand, topic=house.topic, version=house.version, dispatch=dispatch, reason={},
        state="done", started_at=now,
    )  # fmt: skip
    service = replace_dispatch(house, person=people[0])
    link = Link.objects.create(text=TemplateText.objects.first(), number=0, url="https://fibranorte.example/n")
    forms = _open_forms(house)
    picture = seal(PNG, kind="media", media_type="image/png", name="x.png")
    entered = [
        Submission.objects.create(
            form=forms["open"], address=f"{name}@cliente.example", language="es", topics=[house.topic.pk],
            wording=WORDING, wording_version="boletin 1", at=now,
        )
        for name in ("nueva", "hecha")
    ]  # fmt: skip
    confirm(entered[1], at=now)
    access = {each.pk: grant_data_access(each.person, brand=house.brand, at=now) for each in (own, gone, leaver, moved)}
    request_erasure(gone.person, brand=house.brand, at=now)
    changes = [
        grant_address_change(message.person, brand=house.brand, new=f"otra{message.pk}@cliente.example", at=now)
        for message in (own, moved)
    ]
    confirm_address_change(changes[1], at=now)
    signer, today = open_signer(), day_of(now)

    def at(purpose: TokenPurpose, number: int, *, link: int = 0, day: int = today) -> str:
        return f"/{purpose.value}/{signer.sign(purpose, number, link=link, day=day)}"

    why, wish, out = TokenPurpose.WHY, TokenPurpose.PREFERENCES, TokenPurpose.UNSUBSCRIBE
    data = path_of(access[own.pk])
    archive = f"/a/{house.brand.slug}/{house.topic.code}"
    entry = {
        "email": "ana@cliente.example", "topics": str(house.topic.pk), "agree": "on", "often": "always",
        "stamp": make_stamp("boletin", at=now - timedelta(seconds=10)), "answer": "",
    }  # fmt: skip
    pages = [
        Page(name="unsubscribe", route="u/<slug:token>", path=at(out, own.pk), key=True),
        Page(name="unsubscribed", route="u/<slug:token>", path=at(out, gone.pk), key=True),
        Page(name="unsubscribe-test", route="u/<slug:token>", path=at(out, nobody.pk), key=True),
        Page(name="why", route="w/<slug:token>", path=at(why, own.pk), key=True),
        Page(name="why-left", route="w/<slug:token>", path=at(why, gone.pk), key=True),
        Page(name="why-service", route="w/<slug:token>", path=at(why, service.pk), key=True),
        Page(name="preferences", route="f/<slug:token>", path=at(wish, own.pk), key=True),
        Page(name="preferences-saved", route="f/<slug:token>", path=f"{at(wish, gone.pk)}?saved=1", key=True),
        Page(name="preferences-test", route="f/<slug:token>", path=at(wish, nobody.pk), key=True),
        Page(name="data-ask", route="f/<slug:token>/data", path=f"{at(wish, own.pk)}/data", key=True),
        Page(name="data-asked", route="f/<slug:token>/data", path=f"{at(wish, own.pk)}/data?sent=1", key=True),
        Page(name="data", route="d/<slug:token>", path=data, key=True),
        Page(name="data-corrected", route="d/<slug:token>", path=f"{data}?told=corrected", key=True),
        Page(name="data-moving", route="d/<slug:token>", path=f"{data}?told=move", key=True),
        Page(name="data-refused", route="d/<slug:token>", path=data, data={"act": "move", "new": "x"}, key=True),
        Page(name="data-pending", route="d/<slug:token>", path=path_of(access[gone.pk]), key=True),
        Page(name="data-wish", route="d/<slug:token>", path=data, data={"act": "erase", "sure": "on"}, key=True),
        Page(
            name="data-erased", route="d/<slug:token>", path=path_of(access[leaver.pk]),
            data={"act": "erase", "sure": "on"}, key=True,
        ),
        Page(name="data-json", route="d/<slug:token>/my-data.json", path=f"{data}/my-data.json", key=True, kind="file"),
        Page(name="data-csv", route="d/<slug:token>/my-data.zip", path=f"{data}/my-data.zip", key=True, kind="file"),
        Page(name="move", route="m/<slug:token>", path=path_of(changes[0]), key=True),
        Page(name="moved", route="m/<slug:token>", path=path_of(changes[1]), key=True),
        Page(name="form", route="s/<slug:slug>", path="/s/boletin"),
        Page(name="form-faults", route="s/<slug:slug>", path="/s/boletin",
            data={"email": "ana", "stamp": entry["stamp"]}, status=422),
        Page(name="form-elsewhere", route="s/<slug:slug>", path="/s/boletin", data={**entry, "stamp": ""}),
        Page(name="form-closed", route="s/<slug:slug>", path="/s/cerrado", status=410),
        Page(name="form-draft", route="s/<slug:slug>", path="/s/borrador", status=404),
        Page(name="form-sent", route="s/<slug:slug>/sent", path="/s/boletin/sent"),
        Page(name="confirm", route="o/<slug:token>", path=at(TokenPurpose.CONFIRM, entered[0].pk), key=True),
        Page(name="confirmed", route="o/<slug:token>", path=at(TokenPurpose.CONFIRM, entered[1].pk), key=True),
        Page(name="archive", route="a/<slug:brand>/<slug:code>", path=archive),
        Page(name="issue", route="a/<slug:brand>/<slug:code>/<int:number>", path=f"{archive}/{campaign.pk}"),
        Page(name="letter", route="a/<slug:brand>/<slug:code>/<int:number>/letter",
            path=f"{archive}/{campaign.pk}/letter", kind="letter"),
        Page(name="feed", route="a/<slug:brand>/<slug:code>/feed.xml", path=f"{archive}/feed.xml", kind="feed"),
        Page(name="picture", route=r"^m/(?P<digest>[0-9a-f]{64})\.(?P<ending>png|jpg|gif|webp)$",
            path=f"/m/{picture.sha256}.png", kind="file"),
        Page(name="colours", route="brand/<slug:slug>.css", path=f"/brand/{house.brand.slug}.css", kind="style"),
        Page(name="click-gone", route="c/<slug:token>", path=at(TokenPurpose.CLICK, own.pk, link=link.pk + 1),
            status=410, key=True),
        Page(name="hook", route="hooks/<slug:provider>", path="/hooks/nobody", data={}, status=404, kind="words"),
        Page(name="forged", route="w/<slug:token>", path="/w/" + "a" * 40, status=404, key=True),
        Page(name="expired", route="w/<slug:token>", path=at(why, own.pk, day=1000), status=410, key=True),
        Page(name="nothing", route="", path="/nothing/here", status=404),
    ]  # fmt: skip
    tokens = {
        **{each: at(each, own.pk) for each in (out, wish, why)},
        TokenPurpose.CLICK: at(TokenPurpose.CLICK, own.pk, link=link.pk),
        TokenPurpose.DATA: data,
        TokenPurpose.MOVE: path_of(changes[0]),
        TokenPurpose.CONFIRM: at(TokenPurpose.CONFIRM, entered[0].pk),
    }
    return Outside(house, {page.name: page for page in pages}, tokens)


def ask(client: Any, page: Page, *, language: str, method: str = "", **headers: str) -> Any:
    """Ask for a page as a reader of this language, who says so in the address as in the browser's own wish."""
    path = f"{page.path}{'&' if '?' in page.path else '?'}lang={language}"
    told = {"accept-language": language, **headers}
    name = (method or page.method).lower()
    return (
        getattr(client, name)(path, page.data or {}, headers=told)
        if name == "post"
        else getattr(client, name)(path, headers=told)
    )


def replace_dispatch(house: House, *, person: Person) -> Message:
    """Send somebody a message that needs no permission."""
    dispatch = Dispatch.objects.create(
        brand=house.brand, message_class="service", version=house.version, relay=house.relay, reason=REASON
    )
    now = timezone.now()
    return Message.objects.create(
        dispatch=dispatch, person=person, address=person.address.value, language="es", state=Message.State.SENT,
        sent_at=now,
        opaque=new_opaque(),
    )  # fmt: skip


def _open_forms(house: House) -> dict[str, Form]:
    titles = {"es": "Nuestro boletín", "fr": "Notre lettre", "en": "Our letter"}
    intro = {"es": "Una carta al mes.", "fr": "Une lettre par mois.", "en": "One letter a month."}
    wording = {
        "es": "Fibra Norte puede escribirme.", "fr": "Fibra Norte peut m’écrire.", "en": "Fibra Norte may write to me.",
    }  # fmt: skip
    slugs = {"open": "boletin", "closed": "cerrado", "draft": "borrador"}
    fields = [{"name": "given_name", "required": False}, {"name": "organisation", "required": True}]
    forms = {
        state: Form.objects.create(
            brand=house.brand,
            slug=slug,
            name=slug,
            title=titles,
            intro=intro,
            wording=wording,
            fields=fields,
            state=state,
        )
        for state, slug in slugs.items()
    }
    for form in forms.values():
        form.topics.add(house.topic)
    return forms
