"""Describe a segment as one sentence in the reader's language, and each condition as a short label.

Each condition is a relative clause (“who speak Spanish”, “whose “Tenure” is more than 12”), so that languages differ
only inside the phrases: “People who … and whose … or …, but not those who …”. Unfinished rows are left out.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from esmero.web.console.people.segments.choices import BASIS_WORDS, CHANNEL_WORDS, STATE_WORDS, SegmentChoices, Words
from esmero.web.console.people.segments.conditions import ConditionError, count_list, write_row
from esmero.web.console.people.segments.tree import ConditionGroup, ConditionRow

# Phrases of each comparison and of its negation.
_FIELDS: Mapping[str, Words] = {
    "=": gettext_lazy("whose “%(field)s” is %(value)s"),
    "!=": gettext_lazy("whose “%(field)s” is not %(value)s"),
    "contains": gettext_lazy("whose “%(field)s” contains %(value)s"),
    "not contains": gettext_lazy("whose “%(field)s” does not contain %(value)s"),
    "starts": gettext_lazy("whose “%(field)s” starts with %(value)s"),
    "not starts": gettext_lazy("whose “%(field)s” does not start with %(value)s"),
    "in": gettext_lazy("whose “%(field)s” is %(values)s"),
    "not in": gettext_lazy("whose “%(field)s” is not %(values)s"),
    "<": gettext_lazy("whose “%(field)s” is less than %(value)s"),
    "<=": gettext_lazy("whose “%(field)s” is at most %(value)s"),
    ">": gettext_lazy("whose “%(field)s” is more than %(value)s"),
    ">=": gettext_lazy("whose “%(field)s” is at least %(value)s"),
    "between": gettext_lazy("whose “%(field)s” is between %(value)s and %(second)s"),
    "known": gettext_lazy("whose “%(field)s” is known"),
    "unknown": gettext_lazy("whose “%(field)s” is not known"),
}
_DAYS: Mapping[str, Words] = {
    "<": gettext_lazy("whose “%(field)s” is before %(value)s"),
    "<=": gettext_lazy("whose “%(field)s” is not after %(value)s"),
    ">": gettext_lazy("whose “%(field)s” is after %(value)s"),
    ">=": gettext_lazy("whose “%(field)s” is not before %(value)s"),
    "last": gettext_lazy("whose “%(field)s” lies in the last %(value)s days"),
    "next": gettext_lazy("whose “%(field)s” lies in the next %(value)s days"),
    "ago": gettext_lazy("whose “%(field)s” lies more than %(value)s days back"),
    "ahead": gettext_lazy("whose “%(field)s” lies more than %(value)s days ahead"),
    "month": gettext_lazy("whose “%(field)s” lies in this month"),
    "anniversary": gettext_lazy("whose “%(field)s” comes round within %(value)s days of today"),
}
_ACTS: Mapping[str, tuple[Words, Words]] = {
    "sent": (gettext_lazy("who were sent a message"), gettext_lazy("who were not sent a message")),
    "got": (gettext_lazy("who got a message"), gettext_lazy("who did not get a message")),
    "clicked": (gettext_lazy("who opened a link"), gettext_lazy("who did not open a link")),
    "answered": (gettext_lazy("who answered a message"), gettext_lazy("who did not answer a message")),
    "returned": (gettext_lazy("whose mail came back for good"), gettext_lazy("whose mail did not come back for good")),
    "complained": (gettext_lazy("who complained of a message"), gettext_lazy("who did not complain of a message")),
    "left": (gettext_lazy("who took a permission back"), gettext_lazy("who did not take a permission back")),
}
_THINGS: Mapping[str, tuple[Words, Words]] = {
    "tag": (gettext_lazy("with the tag “%(name)s”"), gettext_lazy("without the tag “%(name)s”")),
    "segment": (
        gettext_lazy("who are in the segment “%(name)s”"),
        gettext_lazy("who are not in the segment “%(name)s”"),
    ),
    "import": (
        gettext_lazy("who came with the list “%(name)s”"),
        gettext_lazy("who did not come with the list “%(name)s”"),
    ),
    "list": (
        gettext_lazy("who stand on a pasted list (%(name)s)"),
        gettext_lazy("who do not stand on a pasted list (%(name)s)"),
    ),
}


def describe_tree(root: ConditionGroup, *, offer: SegmentChoices) -> str:
    """Return the sentence of a tree."""
    phrases, excepted = _phrases(root, offer=offer)
    if root.match == "none":
        return _("Everybody but those %(phrase)s.") % {"phrase": _list(phrases, "any")} if phrases else _("Everybody.")
    if not phrases and not excepted:
        return _("Everybody.")
    if not phrases:
        return _("Everybody but those %(phrase)s.") % {"phrase": _list(excepted, "any")}
    said = _("People %(phrase)s") % {"phrase": _list(phrases, root.match)}
    if excepted:
        said += _(", but not those %(phrase)s") % {"phrase": _list(excepted, "any")}
    return f"{said}."


def describe_row(row: ConditionRow, *, offer: SegmentChoices) -> str:
    """Return the relative clause of one condition; "" while it is unfinished or wrong."""
    try:
        write_row(row, offer=offer)
    except ConditionError:
        return ""
    subject, _colon, name = row.get("what").partition(":")
    turned = row.get("is").startswith("not ")
    if subject == "field":
        return _say_field(row, name=name, offer=offer)
    if subject == "did":
        return " ".join([str(_ACTS[name][turned]), *_adverbs(row, offer=offer)])
    if subject == "permission":
        return _say_permission(row, offer=offer, turned=turned)
    if subject == "topic":
        wanted = (row.get("value") != "no") is not turned
        words = _("who want the topic “%(name)s”") if wanted else _("who do not want the topic “%(name)s”")
        return words % {"name": offer.labels[row.get("what")]}
    label = count_list(row.get("value")) if subject == "list" else offer.label_of(subject, row.get("value"))
    return str(_THINGS[subject][turned]) % {"name": label}


def _phrases(group: ConditionGroup, *, offer: SegmentChoices) -> tuple[list[str], list[str]]:
    """Return the phrases of a group; for an “all” group, those of its “none” groups separately."""
    phrases: list[str] = []
    excepted: list[str] = []
    for node in group.nodes:
        if isinstance(node, ConditionRow):
            phrases += [said] if (said := describe_row(node, offer=offer)) else []
            continue
        inner, but = _phrases(node, offer=offer)
        if not inner and not but:
            continue
        if node.match == "none":
            among = _list(inner, "any")
            if group.match == "all":
                excepted.append(among)
            else:
                phrases.append(_("who are not among those %(phrase)s") % {"phrase": among})
            continue
        said = _list(inner, node.match)
        if but:
            said += _(", but not those %(phrase)s") % {"phrase": _list(but, "any")} if inner else ""
            said = said or _("who are not among those %(phrase)s") % {"phrase": _list(but, "any")}
        phrases.append(f"({said})" if len(inner) + len(but) > 1 else said)
    return phrases, excepted


def _list(phrases: Sequence[str], match: str) -> str:
    if len(phrases) == 1:
        return phrases[0]
    last = (
        pgettext("sentence", "%(first)s and %(last)s")
        if match == "all"
        else pgettext("sentence", "%(first)s or %(last)s")
    )
    return last % {"first": ", ".join(phrases[:-1]), "last": phrases[-1]}


def _say_field(row: ConditionRow, *, name: str, offer: SegmentChoices) -> str:
    kind, comparison, value = offer.kinds[name], row.get("is"), row.get("value")
    label = offer.labels.get(row.get("what"), name)
    if name == "language" and comparison in {"=", "!="}:
        words = _("who speak %(language)s") if comparison == "=" else _("who do not speak %(language)s")
        return words % {"language": offer.label_of("field:language", value)}
    if kind == "boolean" and comparison in {"=", "!="}:
        yes = (value == "yes") is (comparison == "=")
        return (_("who have “%(field)s”") if yes else _("who do not have “%(field)s”")) % {"field": label}
    words = str((_DAYS if kind == "date" else {}).get(comparison, _FIELDS.get(comparison, "")))
    values = [_show(one, kind=kind, subject=f"field:{name}", offer=offer) for one in value.splitlines()]
    return words % {
        "field": label,
        "value": values[0] if values else "",
        "second": _show(row.get("second"), kind=kind, subject="", offer=offer),
        "values": _list(values, "any") if values else "",
    }


def _say_permission(row: ConditionRow, *, offer: SegmentChoices, turned: bool) -> str:
    words = (
        _("whose permission for “%(topic)s” is not “%(state)s”")
        if turned
        else _("whose permission for “%(topic)s” is “%(state)s”")
    )
    said = [words % {"topic": offer.labels[row.get("what")], "state": STATE_WORDS[row.get("value")]}]
    if row.get("channel") in CHANNEL_WORDS and row.get("channel") != "email":
        said.append(str(CHANNEL_WORDS[row.get("channel")]))
    if row.get("value") == "none":
        return " ".join(said)
    if row.get("basis") in BASIS_WORDS:
        said.append(f"({BASIS_WORDS[row.get('basis')]})")
    return " ".join([*said, *_span(row)])


def _adverbs(row: ConditionRow, *, offer: SegmentChoices) -> list[str]:
    said = []
    scope, _colon, _name = row.get("of").partition(":")
    if scope:
        said.append(
            {
                "brand": pgettext("sentence", "of %(name)s"),
                "topic": pgettext("sentence", "about “%(name)s”"),
                "dispatch": pgettext("sentence", "of the campaign “%(name)s”"),
            }[scope]
            % {"name": offer.label_of("of", row.get("of"))}
        )
    if row.get("what") == "did:clicked" and row.get("link"):
        said.append(pgettext("sentence", "(%(link)s)") % {"link": row.get("link")})
    if row.get("times") not in {"", "1"}:
        said.append(pgettext("sentence", "at least %(number)s times") % {"number": row.get("times")})
    return [*said, *_span(row)]


def _span(row: ConditionRow) -> list[str]:
    kind = row.get("when")
    if kind == "last":
        days = int(row.get("days"))
        return [ngettext("in the last %(days)d day", "in the last %(days)d days", days) % {"days": days}]
    if kind == "ago":
        days = int(row.get("days"))
        return [ngettext("more than %(days)d day ago", "more than %(days)d days ago", days) % {"days": days}]
    facts = {"day": _day(row.get("from")), "last": _day(row.get("to"))}
    words = {
        "since": pgettext("sentence", "since %(day)s"),
        "before": pgettext("sentence", "before %(day)s"),
        "between": pgettext("sentence", "between %(day)s and %(last)s"),
    }
    return [words[kind] % facts] if kind in words else []


def _day(text: str) -> str:
    try:
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    except ValueError:
        return text


def _show(text: str, *, kind: str, subject: str, offer: SegmentChoices) -> str:
    if kind == "date":
        return _day(text)
    if kind in {"integer", "decimal"}:
        try:
            return str(number_format(float(text.replace(",", ".")) if kind == "decimal" else int(text), use_l10n=True))
        except ValueError:
            return text
    return _("“%(text)s”") % {"text": offer.label_of(subject, text)}
