"""Show all page components in all their states with invented data, for visual checks after a change."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.console.access import requires
from esmero.web.console.area import TimelineLine
from esmero.web.console.messages.campaigns.funnel import FunnelStep
from esmero.web.console.page_frame import show
from esmero.web.parts.components.bars import BarSegment
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.forms import FormPart
from esmero.web.parts.components.rates import format_estimate, format_number, format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell
from esmero.web.parts.components.times import TIME_FORMATS
from esmero.web.parts.components.translated_fields import add_wordings
from esmero.web.parts.tags.cards import PageTab
from esmero.web.parts.tags.links import ActButton

_AT = datetime(2026, 11, 23, 11, 14, tzinfo=UTC)
_OLD = """<mj-section>
  <mj-column>
    <mj-text>Hola {{ nombre }}:</mj-text>
    <mj-text>La instalación se hará el viernes por la mañana.</mj-text>
    <mj-button href="https://fibranorte.example/cita">Cambiar la cita</mj-button>
  </mj-column>
</mj-section>"""
_NEW = (
    _OLD.replace("nombre", "nombre|su nombre")
    .replace("por la mañana", "entre las 9 y las 11")
    .replace("  </mj-column>", "    <mj-text>Su técnica se llama Begoña.</mj-text>\n  </mj-column>")
)
_LONG = (
    (
        "Geschäftsführungsassistentin Anne-Charlotte de la Rochefoucauld-Montbel",
        "anticonstitucionalmente.desoxirribonucleico@subdominio-larguisimo.cliente.example",
        "failing",
        1_234_567,
    ),
)
_MJML = "<mjml>\n  <mj-body>\n    <mj-text>{{ unknown }}</mj-text>\n  </mj-body>\n</mjml>"


class ExampleForm(forms.Form):
    """Show one field of each kind."""

    name = forms.CharField(label=_("Name"), help_text=_("For you and your colleagues; readers do not see it."))
    address = forms.EmailField(label=_("Address"))
    language = forms.ChoiceField(label=_("Language"), choices=[("es", "Español"), ("fr", "Français")])
    often = forms.ChoiceField(
        label=_("How often"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("always", _("always")), ("month", _("once a month"))],
    )
    asked = forms.BooleanField(label=_("They ticked a box that said so"), required=False)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label=_("File"), required=False)
    code = forms.CharField(label=_("Short code"), required=False)

    parts = (FormPart(_("How it looks"), ("note", "file")), FormPart(_("Seldom needed"), ("code",), folded=True))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        add_wordings(self, "topic", gettext("Name (%(language)s)"), first="es", stored={"es": "Novedades"}, most=20)


def _charts() -> list[Chart]:
    days = [date_format(_AT - timedelta(days=ago), str(TIME_FORMATS["day and month"])) for ago in range(6, -1, -1)]
    facts: dict[str, Any] = {"first": _("Day"), "categories": days}
    people = Series(name=_("opened by people"), values=[120, 340, 280, 90, None, 60, 210])
    machines = Series(name=_("by machines"), values=[210, 180, 60, 20, 10, 5, 80], machines=True)
    rate = Series(
        name=_("delivered"),
        values=[98.1, 97.5, 98.8, 96.0, None, 91.0, 98.4],
        low=[97.6, 96.9, 98.2, 94.1, None, 80.4, 98.0],
        high=[98.5, 98.0, 99.2, 97.3, None, 96.1, 98.7],
        fill=5,
    )
    return [
        Chart(title=_("When they acted"), series=[people, machines], **facts),
        Chart(
            title=_("Delivered of what was sent, with its interval (95 %)"),
            series=[rate],
            unit="%",
            decimals=1,
            **facts,
        ),
        Chart(title=_("Links by people and machines"), series=[people, machines], kind="bar", **facts),
        Chart(title=_("Returns by day"), series=[Series(name=_("returns"), values=[0] * 7)], kind="stack", **facts),
    ]


def _sheet() -> SmallTable:
    return SmallTable(
        key="example",
        title=_("By receiver"),
        heads=[_("Receiver"), _("sent"), _("rate")],
        rows=[
            ["Gmail", 1204, SmallTableCell(text=format_estimate(12, 1204), quiet=True)],
            ["Orange", 688, SmallTableCell(text=format_estimate(19, 688), quiet=True)],
        ],
        note=_("Behind each rate stands its interval (95 %): the fewer messages, the less it says."),
    )


@requires()
def parts(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    return show(
        request,
        "console/parts.html",
        subject="settings",
        form=ExampleForm(
            {"name": "", "address": "x", "language": "es", "topic_es": "Novedades", "topic_fr": 3 * "Nouvelles "}
        ),
        stats=[
            (_("Waiting for us"), "12", "21 h 08"),
            (_("Left the house"), format_number(2479), _("since yesterday at this time")),
            (_("In doubt"), "0", _("the relay may or may not have them")),
            (_("People"), format_number(7043), ""),
        ],
        funnel=[
            FunnelStep(name=_("Audience"), number=7043, rate="", parts=[BarSegment(amount=7043, fill=6)]),
            FunnelStep(
                name=_("Left out"),
                number=2979,
                rate=format_share(2979, 7043),
                parts=[
                    BarSegment(amount=number, fill=fill) for number, fill in ((2271, 2), (352, 3), (204, 4), (152, 5))
                ],
            ),
            FunnelStep(
                name=_("Left the house"),
                number=2479,
                rate=format_share(2479, 4064),
                parts=[BarSegment(amount=2479, fill=1)],
            ),
            FunnelStep(
                name=_("Human click"),
                number=498,
                rate=format_estimate(498, 2479),
                parts=[BarSegment(amount=498, fill=1), BarSegment(amount=211, fill=6, hatched=True)],
                machines=211,
            ),
        ],
        lines=[
            TimelineLine(at=_AT, state="info", text="Begoña Muñoz", quote="The installer did not come on Friday."),
            TimelineLine(at=_AT, text="Novedades de noviembre", note="begona.munoz@cliente.example"),
            TimelineLine(at=_AT, state="broken", text="Novedades de octubre"),
            TimelineLine(at=_AT, state="kept", text="Novedades de septiembre"),
        ],
        rows=[
            ("Begoña Muñoz Ibáñez", "begona.munoz@cliente.example", "ok", 12),
            ("Jean-Baptiste Lefèvre", "jb.lefevre@client.example", "suppressed", 3),
            ("Ann Smith", "ann@client.example", "failing", 1),
        ],
        few=[[], [("Ann Smith", "ann@client.example", "failing", 1)], _LONG],
        many=[(f"Begoña Muñoz {number}", f"begona{number}@cliente.example", "ok", number) for number in range(1, 13)],
        old=_OLD,
        new=_NEW,
        at=_AT,
        toasts=[
            ("kept", "circle-check", _("12 people have the tag “vip” now.")),
            ("info", "info", _("The file is being read; you may close this page.")),
            ("wait", "triangle-alert", _("The relay answers slowly.")),
            ("broken", "triangle-alert", _("This can no longer be taken back here.")),
        ],
        codes=[("G03", 2271, 2), ("G06", 352, 3), ("G07", 204, 4), ("G02", 114, 5), ("G08", 27, 6)],
        charts=_charts(),
        sheet=_sheet(),
        source=_MJML,
        problems=[3],
        views=[
            PageTab(url="#one", words=_("Overview"), current=True, count=""),
            PageTab(url="#two", words=_("People"), current=False, count=format_number(7043)),
            PageTab(url="#three", words=_("Record"), current=False, count=""),
        ],
        links=[("#one", "Begoña Muñoz"), ("#two", "Jean-Baptiste Lefèvre"), ("#three", "Ann Smith")],
        numbers=[(_("People"), 7043), (_("Messages"), 2479)],
        acts=[
            ActButton(words=_("Go on"), name="example", value="go", variant="outline"),
            ActButton(
                words=_("Cancel"), name="example", value="cancel", variant="word", is_grave=True, ask=_("Cancel")
            ),
        ],
        looks=["kept", "wait", "broken", "info"],
    )
