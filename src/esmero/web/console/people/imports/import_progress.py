"""Say how an import stands: facts of its file, progress, notice of its state, and verdicts on its lines."""

from collections.abc import Mapping, Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.imports.models import Import
from esmero.web.labels.connection_troubles import translate_trouble
from esmero.web.parts.components.template_tags import last_line, word
from esmero.web.parts.components.times import format_time
from esmero.web.parts.tags.cards import Notice
from esmero.web.parts.tags.links import link


def describe_file(brought: Import, *, delimiter: str) -> list[str]:
    """Return the facts under the name: lines, sheet or encoding, source, and who brought it when."""
    records, sheet = brought.reading.get("records", 0), brought.reading.get("sheet", "")
    encoding = brought.reading.get("dialect", {}).get("encoding", "")
    if sheet:
        form = [_("sheet “%(sheet)s”") % {"sheet": sheet}]
    else:
        form = [str(encoding).upper(), _("separated by %(sign)s") % {"sign": delimiter}]
    at = format_time(brought.created_at)
    return [
        ngettext("%(number)s line", "%(number)s lines", records) % {"number": intcomma(records)},
        *form,
        *([brought.source] if brought.source else []),
        format_html("{}, {}", brought.created_by, at) if brought.created_by else at,
    ]


def tell_step(state: str) -> str:
    """Say what a worker does with the lines."""
    if state == Import.State.CHECKING:
        return _("Looking at each line; nothing is changed")
    if state == Import.State.UNDOING:
        return _("Taking back line by line")
    return _("Bringing in line by line")


def tell_progress(brought: Import, *, seconds_left: int | None) -> str:
    """Say how many lines are done and how long the others take; "" while their number is unknown."""
    job = brought.job
    if job is None or not job.total:
        return ""
    told = _("%(done)s of %(total)s") % {"done": intcomma(job.done), "total": intcomma(job.total)}
    if seconds_left is None:
        return told
    if seconds_left < 60:
        return f"{told} · " + _("less than a minute left")
    return f"{told} · " + _("about %(minutes)s min left") % {"minutes": -(-seconds_left // 60)}


def list_import_notices(brought: Import, *, refused: int) -> list[Notice]:
    """Return the notice of an import that has ended or waits for a decision; none while it moves."""
    if brought.state == Import.State.FAILED:
        trouble = translate_trouble(last_line(brought.job.trouble if brought.job else ""))
        why = link(_("See why, and let it go on"), "console:work", query="state=failed")
        return [Notice("broken", _("It failed."), format_html("{} {}", trouble, why))]
    if brought.state == Import.State.CHECKED:
        text = _("This is what would happen to each line.")
        return [Notice("info", _("A dry run: nothing has been changed yet."), text)]
    if brought.state == Import.State.DONE:
        text = _(
            "What was added or changed is named line by line below. It can be taken back as a whole; what somebody has "
            "changed or used since then stays."
        )
        file = link(_("Download the refused lines, to mend and bring again"), "console:import-refused", brought.pk)
        return [Notice("kept", _("Brought in."), format_html("{} {}", text, file) if refused else text)]
    if brought.state == Import.State.UNDONE:
        return [Notice("kept", _("Taken back."), _("Which lines stayed, and why, is named below."))]
    return []


def list_verdicts(counts: Mapping[str, int], *, linked: bool) -> Sequence[tuple[str, int, str]]:
    """Return words, number and the address of the lines of each verdict; nothing before the first line."""
    if not any(counts.values()):
        return []
    return [
        (word(verdict, "lines"), number, f"?verdict={verdict}" if number and linked else "")
        for verdict, number in counts.items()
    ]
