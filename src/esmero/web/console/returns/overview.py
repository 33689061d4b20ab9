"""Show bounces by class, meaning and mailbox provider, and the texts that relays used."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from esmero.mailroom.arriving.queries import MAX_WORDINGS, group_words
from esmero.web.console.access import requires
from esmero.web.console.reports.period import read_period
from esmero.web.console.reports.response import answer_report
from esmero.web.console.reports.returns import answer_returns
from esmero.web.labels.returns import RETURN_CLASS, label_meaning
from esmero.web.parts.components.rates import format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell


@requires()
def returns(request: HttpRequest) -> HttpResponse:
    """Show the bounces by class, meaning and mailbox provider."""
    period = read_period(request)
    return answer_returns(request, "console/returns/returns.html", period=period, subject="returns")


@requires()
def words(request: HttpRequest) -> HttpResponse:
    """Show the texts of relays in groups, the most frequent first, each with an example."""
    period = read_period(request)
    groups, seen = group_words(brand=period.brand, since=timezone.now() - timedelta(days=period.days))
    sheet = SmallTable(
        key="words",
        title=_("What the relays said"),
        heads=[_("Words"), _("Class"), _("Meaning"), _("number"), _("share"), _("Where most"), _("Example")],
        rows=[
            [
                one.words,
                SmallTableCell(text=RETURN_CLASS[one.of].text, look=RETURN_CLASS[one.of].look),
                label_meaning(one.meaning),
                one.number,
                SmallTableCell(text=format_share(one.number, seen), quiet=True),
                ", ".join(name for name, _number in one.receivers.most_common(3) if name),
                SmallTableCell(text=one.address, url=reverse("console:message", args=[one.example])),
            ]
            for one in groups
        ],
        note=_(
            "Addresses, machines and codes of single mails are taken out before words are compared. At most the"
            " last %(number)s are looked at."
        )
        % {"number": number_format(MAX_WORDINGS, force_grouping=True)},
        empty=_("Nothing came back in this time."),
    )
    return answer_report(
        request,
        "console/returns/words.html",
        name="words",
        subject="returns",
        period=period,
        charts=[],
        sheets=[sheet],
        view="words",
        title=_("Words"),
        lead=_("The words that relays used when they did not take a message, put together where they say the same."),
    )
