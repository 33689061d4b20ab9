"""The shared furniture as template tags. Each part stands here once; `/console/parts` shows them all in all states."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django import template
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from esmero.house.roles import may
from esmero.outbox.queries import MOST_COUNTED
from esmero.web.parts.components.bars import BarSegment, lay_segments
from esmero.web.parts.components.charts import Chart
from esmero.web.parts.components.diffs import compare_texts
from esmero.web.parts.components.email_addresses import show_address
from esmero.web.parts.components.forms import DrawnFormPart, lay_parts
from esmero.web.parts.components.small_tables import SmallTable
from esmero.web.parts.components.times import say_moment
from esmero.web.parts.labels.audit_actions import say_act, say_actor
from esmero.web.parts.labels.connection_troubles import say_trouble
from esmero.web.parts.labels.laws import say_law
from esmero.web.parts.labels.objection_facts import say_facts
from esmero.web.parts.labels.states import (
    MOMENTS,
    OUTCOME,
    STATES,
    StateLabel,
    say_job,
    say_line,
    say_meaning,
    say_reason,
    say_sign,
)

register = template.Library()

State = Literal["kept", "wait", "broken", "info", "plain"]


@register.simple_tag
def icon(name: str) -> SafeString:
    """One Lucide icon at 16 px. It is always beside words, so it is hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("esmero/icons.svg"),
        name,
    )


@register.simple_tag
def chip(state: State, word: str) -> SafeString:
    """Show a state, always by a dot and a word: kept = good, wait = open, broken = refused, info = running, plain = no judgement."""
    return format_html('<span class="chip" data-state="{}">{}</span>', state, word)


@register.simple_tag
def state(kind: str, value: str) -> SafeString:
    """Show the state of a message, campaign, import, … (the tables in states.py) as a chip."""
    word = STATES[kind].get(value, StateLabel("plain", value))
    return format_html('<span class="chip" data-state="{}">{}</span>', word.look, word.text)


@register.simple_tag
def outcome(worst: int) -> SafeString | str:
    """Show the worst that came of a message after it left as a chip; nothing where nothing came."""
    word = OUTCOME.get(worst)
    return format_html('<span class="chip" data-state="{}">{}</span>', word.look, word.text) if word else ""


@register.inclusion_tag("parts/progress.html")
def progress(*, done: int, total: int, broken: int = 0, label: str) -> Mapping[str, Any]:
    """Draw what is done and what came back broken, out of `total`; `label` says in words what is measured."""
    parts = [BarSegment(amount=max(done - broken, 0), fill=1), BarSegment(amount=broken, fill=4)]
    return {"bars": lay_segments(parts, total=total), "done": done, "total": total, "label": label}


@register.inclusion_tag("parts/bar.html")
def bar(parts: Sequence[BarSegment], *, total: int, label: str) -> Mapping[str, Any]:
    """One row's bar of a funnel: segments side by side, as wide as their share of `total`."""
    return {"bars": lay_segments(parts, total=total, gap=0.6), "label": label}


@register.inclusion_tag("parts/chart.html")
def chart(chart: Chart, *, empty: str = "", titled: bool = True) -> Mapping[str, Any]:
    """Draw a chart with its legend, its reading line and the table behind it; `empty` stands where all is nothing.

    The page names what draws it: {% block script %}{{ block.super }}{% charts_script %}{% endblock %}.
    """
    return {"chart": chart, "empty": empty or _("Nothing to draw yet."), "titled": titled}


@register.inclusion_tag("parts/sheet.html", takes_context=True)
def sheet(context: Mapping[str, Any], sheet: SmallTable) -> Mapping[str, Any]:
    """Show a small table of a report with its file; the view answers `?file=` with the sheet of that key."""
    query = context["request"].GET.copy()
    query.pop("file", None)
    return {"sheet": sheet, "query": query.urlencode()}


@register.simple_tag
def charts_script() -> SafeString:
    """Name what draws charts; plots.js loads it where there is one to draw."""
    return format_html('<template data-charts="{}"></template>', static("esmero/charts.js"))


@register.inclusion_tag("parts/stat.html")
def stat(label: str, value: object, note: str = "") -> Mapping[str, Any]:
    """Show a figure with its name above and its base below; it stands inside a `<dl class="stats">`."""
    return {"label": label, "value": value, "note": note}


@register.inclusion_tag("parts/empty.html")
def empty(title: str, text: str, *, url: str = "", action: str = "") -> Mapping[str, Any]:
    """Say on a page that has nothing to show what would stand there, and what to do next."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("parts/pages.html", takes_context=True)
def pages(context: Mapping[str, Any], following: str | None) -> Mapping[str, Any]:
    """Paging by key: `following` is the key after which the next page starts, None when there is none."""
    request = context["request"]
    query = request.GET.copy()
    started = query.pop("after", None) is not None
    first = query.urlencode()
    query["after"] = following or ""
    return {"first": f"?{first}" if started else "", "next": f"?{query.urlencode()}" if following else ""}


@register.inclusion_tag("parts/code.html")
def code(text: str, problems: Sequence[int] = (), *, label: str = "") -> Mapping[str, Any]:
    """Text with numbered lines, for reading only; `problems` are the numbers of the lines to mark.

    `label` tells it from the other texts of the page.
    """
    marked = set(problems)
    return {
        "label": label,
        "lines": [(line, number in marked) for number, line in enumerate(text.splitlines(), start=1)],
    }


@register.inclusion_tag("parts/diff.html")
def diff(old: str, new: str, *, old_name: str = "", new_name: str = "", label: str = "") -> Mapping[str, Any]:
    """Two texts side by side with their changed words marked, on a phone one below the other."""
    return {
        "diff": compare_texts(old, new),
        "old_name": old_name or _("Before"),
        "new_name": new_name or _("Now"),
        "label": label,
    }


@register.filter
def parts(form: BaseForm) -> list[DrawnFormPart]:
    """Lay the fields of a form out by its parts (components/forms.py)."""
    return lay_parts(form)


@register.filter
def reason(code: str) -> str:
    """Say the code of an objection in words."""
    return say_reason(code)


@register.simple_tag
def objections(codes: str, facts: Mapping[str, Mapping[str, Any]] | None) -> SafeString:
    """Say all objections of a verdict, each with the facts behind it."""
    told = (
        (say_reason(code), say_facts(code, (facts or {}).get(code.partition(":")[0], {}))) for code in codes.split()
    )
    return format_html_join("; ", '<span>{}</span> <span class="soft">{}</span>', told)


@register.filter
def bounded(number: int) -> str:
    """Say a number of outbox/queries.py that was counted up to a bound; more than that is said as such: 2,000+."""
    shown = number_format(min(number, MOST_COUNTED), force_grouping=True)
    return f"{shown}+" if number > MOST_COUNTED else str(shown)


@register.filter
def callable_phone(phone: str) -> SafeString:
    """Write a telephone number so that a tap calls it (RFC 3966) and no line breaks within it."""
    digits = "".join(letter for letter in phone if letter.isdigit() or letter == "+")
    return format_html('<a class="phone" href="tel:{}">{}</a>', digits, phone)


@register.filter
def key(table: Mapping[str, Any], name: str) -> Any:
    """Take a value out of a table by a key that is no word: {{ states|key:"gave-up" }}."""
    return table.get(name)


@register.filter
def address(value: str) -> str | SafeString:
    """Show a mail address that may go on in a new line at its sign."""
    return show_address(value)


@register.filter
def meaning(code: str) -> str:
    """Say what a refusal means."""
    return say_meaning(code)


@register.filter
def sign(code: str) -> str:
    """Say a sign by which a mail that came back was told."""
    return say_sign(code)


@register.filter
def said(words: Mapping[str, str] | None) -> str:
    """Take the reader's language from {language: text}, else English, else whichever is there."""
    if not words:
        return ""
    return words.get(get_language() or "en") or words.get("en") or next(iter(words.values()))


@register.filter
def word(kind: str, table: str) -> str:
    """Say a code in the words of a table of states.py: {{ kind|word:"event" }}."""
    found = STATES[table].get(kind)
    return str(found.text) if found else kind


@register.filter(name="may")
def may_do(user: Any, permission: str) -> bool:
    """Tell whether the reader's role carries a permission: {% if user|may:"campaigns.start" %}."""
    return may(user, permission)


@register.filter
def last_line(text: str) -> str:
    """Take the last line of a traceback: the error itself."""
    return text.strip().rpartition("\n")[2]


register.filter("trouble", say_trouble)


@register.filter(name="at")
def look_up(table: Mapping[Any, Any], key: object) -> Any:
    """Take the value of a key out of a table; None where there is none."""
    return table.get(key)


@register.filter
def job_name(kind: str) -> str:
    """Say what kind of long work a job is."""
    return say_job(kind)


@register.filter
def law(sources: str) -> str:
    """Say the sources of a rule or a term as the reader's language cites them."""
    return say_law(sources)


@register.filter
def act_name(action: str) -> str:
    """Say an action of the audit log."""
    return say_act(action)


@register.filter
def actor(name: str) -> str:
    """Say who or what acted."""
    return say_actor(name)


@register.filter
def timed(at: datetime | None, form: str) -> SafeString | str:
    """Show a moment inside a sentence: {% blocktranslate with time=one.at|timed:"time" %}; see the tag `moment`."""
    return say_moment(at, form)


@register.simple_tag
def moment(at: datetime | None, form: str = "") -> SafeString | str:
    """Show a moment in a form of states.py, or as shortly as it is clear; on hover whole and in the other zone."""
    return say_moment(at, form)


@register.filter
def on(at: datetime | None, form: str) -> str:
    """Say a moment in one of the forms of states.py, as the reader's language writes it: {{ at|on:"day" }}."""
    return date_format(timezone.localtime(at), str(MOMENTS[form])) if at else ""


@register.filter
def quoted(text: str) -> str:
    """Put words between the reader's quotation marks."""
    return _("“%(text)s”") % {"text": text}


@register.filter
def language_name(code: str) -> str:
    """Say a language in the reader's own words; an unknown code says itself."""
    names = {"es": _("Spanish"), "fr": _("French"), "en": _("English")}
    return names.get(code, code)


@register.filter
def line_reason(code: str) -> str:
    """Say why a line of an import was refused, or what it was warned of."""
    return say_line(code)


@register.filter
def initials(name: str) -> str:
    """Two letters for an avatar: of the first and the second word of a name."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "·"
