"""Define the shared components as template tags; `/console/parts` shows them all in all states."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from django import template
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esmero.lists.translations import pick_translation
from esmero.web.parts.components.bars import BarSegment, place_segments
from esmero.web.parts.components.charts import Chart
from esmero.web.parts.components.diffs import compare_texts
from esmero.web.parts.components.forms import DrawnFormPart, group_fields
from esmero.web.parts.components.small_tables import SmallTable
from esmero.web.parts.components.times import TIME_FORMATS, format_time
from esmero.web.parts.labels import find_label, label_code

register = template.Library()

State = Literal["kept", "wait", "broken", "info", "plain"]


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return one Lucide icon at 16 px; hidden from screen readers, because text always accompanies it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("esmero/icons.svg"),
        name,
    )


@register.simple_tag
def chip(state: State, word: str) -> SafeString:
    """Show a state by a dot and a word.

    `state` is kept = good, wait = open, broken = refused, info = running, plain = neutral.
    """
    return format_html('<span class="chip" data-state="{}">{}</span>', state, word)


@register.simple_tag
def state(kind: str, value: str) -> SafeString:
    """Show the state of a message, campaign, import, … as a chip (tables in labels/states.py)."""
    word = find_label(kind, value)
    return format_html('<span class="chip" data-state="{}">{}</span>', word.look, word.text)


@register.inclusion_tag("parts/progress.html")
def progress(*, done: int, total: int, broken: int = 0, label: str) -> Mapping[str, Any]:
    """Draw the parts done and failed of `total`; `label` describes the measure."""
    parts = [BarSegment(amount=max(done - broken, 0), fill=1), BarSegment(amount=broken, fill=4)]
    return {"bars": place_segments(parts, total=total), "done": done, "total": total, "label": label}


@register.inclusion_tag("parts/bar.html")
def bar(parts: Sequence[BarSegment], *, total: int, label: str) -> Mapping[str, Any]:
    """Draw one bar of a funnel: segments side by side, each as wide as its share of `total`."""
    return {"bars": place_segments(parts, total=total, gap=0.6), "label": label}


@register.inclusion_tag("parts/chart.html")
def chart(chart: Chart, *, empty: str = "", titled: bool = True) -> Mapping[str, Any]:
    """Draw a chart with legend, tooltip and table; `empty` replaces a chart without data.

    The page loads the drawing script: {% block script %}{{ block.super }}{% charts_script %}{% endblock %}.
    """
    return {"chart": chart, "empty": empty or _("Nothing to draw yet."), "titled": titled}


@register.inclusion_tag("parts/sheet.html", takes_context=True)
def sheet(context: Mapping[str, Any], sheet: SmallTable) -> Mapping[str, Any]:
    """Show a small table of a report with a link to its file; the view answers `?file=` with that key."""
    query = context["request"].GET.copy()
    query["file"] = sheet.key
    return {"sheet": sheet, "file": f"?{query.urlencode()}"}


@register.simple_tag
def charts_script() -> SafeString:
    """Name the script that draws charts; plots.js loads it if the page has a chart."""
    return format_html('<template data-charts="{}"></template>', static("esmero/charts.js"))


@register.inclusion_tag("parts/stat.html")
def stat(label: str, value: object, note: str = "") -> Mapping[str, Any]:
    """Show a statistic with its name and its base; used inside a `<dl class="stats">`."""
    return {"label": label, "value": value, "note": note}


@register.inclusion_tag("parts/empty.html")
def empty(title: str, text: str, *, url: str = "", action: str = "") -> Mapping[str, Any]:
    """Explain an empty page and the next step."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("parts/pages.html", takes_context=True)
def pages(context: Mapping[str, Any], following: str | None) -> Mapping[str, Any]:
    """Show paging by key; `following` is the key after which the next page starts, None on the last page."""
    request = context["request"]
    query = request.GET.copy()
    started = query.pop("after", None) is not None
    first = query.urlencode()
    query["after"] = following or ""
    return {"first": f"?{first}" if started else "", "next": f"?{query.urlencode()}" if following else ""}


@register.inclusion_tag("parts/code.html")
def code(text: str, problems: Sequence[int] = (), *, label: str = "") -> Mapping[str, Any]:
    """Show read-only text with numbered lines; `problems` are the numbers of lines to mark.

    `label` distinguishes it from other texts of the page.
    """
    marked = set(problems)
    return {
        "label": label,
        "lines": [(line, number in marked) for number, line in enumerate(text.splitlines(), start=1)],
    }


@register.inclusion_tag("parts/diff.html")
def diff(old: str, new: str, *, old_name: str = "", new_name: str = "", label: str = "") -> Mapping[str, Any]:
    """Show two texts side by side with changed words marked, one below the other on a phone."""
    return {
        "diff": compare_texts(old, new),
        "old_name": old_name or _("Before"),
        "new_name": new_name or _("Now"),
        "label": label,
    }


@register.filter
def parts(form: BaseForm) -> list[DrawnFormPart]:
    """Group the fields of a form by its parts (parts/components/forms.py)."""
    return group_fields(form)


@register.filter
def callable_phone(phone: str) -> SafeString:
    """Format a telephone number as a link (RFC 3966) without line breaks."""
    digits = "".join(letter for letter in phone if letter.isdigit() or letter == "+")
    return format_html('<a class="phone" href="tel:{}">{}</a>', digits, phone)


@register.filter
def key(table: Mapping[str, Any], name: str) -> Any:
    """Return a table's value by a key that is no identifier: {{ states|key:"gave-up" }}."""
    return table.get(name)


register.filter("said", pick_translation)
said = pick_translation


@register.filter
def word(kind: str, table: str) -> str:
    """Return the label of a code from a table of labels/states.py: {{ kind|word:"event" }}."""
    return label_code(table, kind)


@register.filter
def first_line(text: str) -> str:
    """Return the first line: of a postal address, the addressee; an e-mail address as it is."""
    return text.partition("\n")[0]


@register.filter
def on_one_line(text: str) -> str:
    """Return the lines of a postal address with commas between them."""
    return ", ".join(text.split("\n"))


@register.filter
def last_line(text: str) -> str:
    """Return the last line of a traceback: the error itself."""
    return text.strip().rpartition("\n")[2]


@register.filter
def timed(at: datetime | None, form: str) -> SafeString | str:
    """Show a time inside a sentence: {% blocktranslate with time=one.at|timed:"time" %}; see the tag `moment`."""
    return format_time(at, form)


@register.simple_tag
def moment(at: datetime | None, form: str = "") -> SafeString | str:
    """Show a time in a format of labels/states.py, or as short as is clear; in full and in the other zone on hover."""
    return format_time(at, form)


@register.filter
def on(at: datetime | date | None, form: str) -> str:
    """Format a time, or a day, by a format of labels/states.py in the reader's language: {{ at|on:"day" }}."""
    shown = timezone.localtime(at) if isinstance(at, datetime) else at
    return date_format(shown, str(TIME_FORMATS[form])) if shown else ""


@register.filter
def quoted(text: str) -> str:
    """Add the reader's quotation marks."""
    return _("“%(text)s”") % {"text": text}


@register.filter
def language_name(code: str) -> str:
    """Return the name of a language in the reader's language; an unknown code unchanged."""
    return label_code("language", code)


@register.filter
def initials(name: str) -> str:
    """Return two letters for an avatar, from the first two words of a name."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "·"
