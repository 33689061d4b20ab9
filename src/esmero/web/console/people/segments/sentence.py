"""Describe a segment as one sentence in the reader's language, and each condition as a short label.

Each condition is a relative clause (“who speak Spanish”, “whose “Tenure” is more than 12”), so that languages differ
only inside the phrases: “People who … and whose … or …, but not those who …”. No two trees of a different meaning have
one sentence, unless a list is longer than LISTED or two choices bear one name.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from esmero.people.segments.tree import (
    BelongsTo,
    Compare,
    DateSpan,
    Did,
    FromImport,
    Group,
    HasRole,
    HasStage,
    HasTag,
    InSegment,
    Leaf,
    OnList,
    PermissionIs,
    WantsTopic,
)
from esmero.people.segments.vocabulary import Scalar
from esmero.web.console.people.segments.choices import BASIS_WORDS, CHANNEL_WORDS, STATE_WORDS, SegmentChoices, Words
from esmero.web.console.people.segments.controls import YES_NO
from esmero.web.parts.components.rates import fill

LISTED = 5  # numbers and addresses of a pasted list that are named one by one
# Phrases of each comparison and of its negation.
_FIELDS: Mapping[str, Words] = {
    "=": gettext_lazy("whose “%(field)s” is %(value)s"),
    "not =": gettext_lazy("whose “%(field)s” is not %(value)s"),
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
    "not known": gettext_lazy("whose “%(field)s” is not known"),
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
_WISHES: Mapping[bool, tuple[Words, Words]] = {
    True: (
        gettext_lazy("who want the topic “%(name)s”"),
        gettext_lazy("who have not said that they want the topic “%(name)s”"),
    ),
    False: (
        gettext_lazy("who do not want the topic “%(name)s”"),
        gettext_lazy("who have not said that they do not want the topic “%(name)s”"),
    ),
}
_ROLES: Mapping[str, tuple[Words, Words]] = {
    "person": (
        gettext_lazy("who have the role “%(role)s”"),
        gettext_lazy("who do not have the role “%(role)s”"),
    ),
    "organisation": (
        gettext_lazy("whose organisation has the role “%(role)s”"),
        gettext_lazy("whose organisation does not have the role “%(role)s”"),
    ),
}
_STAGES: tuple[Words, Words] = (
    gettext_lazy("who are at the stage “%(stage)s”"),
    gettext_lazy("who are not at the stage “%(stage)s”"),
)
_MEMBERS: tuple[Words, Words] = (
    gettext_lazy("who belong to “%(name)s”"),
    gettext_lazy("who do not belong to “%(name)s”"),
)
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


def describe_tree(node: Group | Leaf, *, offer: SegmentChoices) -> str:
    """Return the sentence of a tree."""
    root = node if isinstance(node, Group) else Group(parts=(node,))
    phrases, excepted = _phrases(root, offer=offer)
    if root.kind == "none":
        phrases, excepted = [], phrases
    if not phrases and not excepted:
        return _("Everybody.")
    if not phrases:
        return _("Everybody but those %(phrase)s.") % {"phrase": _list(excepted, "any")}
    said = _("People %(phrase)s") % {"phrase": _list(phrases, root.kind)}
    return f"{said}{_except(excepted)}."


def describe_leaf(leaf: Leaf, *, offer: SegmentChoices) -> str:
    """Return the relative clause of one condition."""
    match leaf:
        case Compare():
            return _say_field(leaf, offer=offer)
        case PermissionIs():
            return _say_permission(leaf, offer=offer)
        case Did():
            return " ".join([str(_ACTS[leaf.act][leaf.negated]), *_adverbs(leaf, offer=offer)])
        case HasRole() | HasStage() | BelongsTo():
            return _say_relationship(leaf, offer=offer)
        case WantsTopic():
            name = offer.labels.get(f"topic:{leaf.topic}", leaf.topic)
            return str(_WISHES[leaf.wanted][leaf.negated]) % {"name": name}
        case HasTag() | InSegment():
            name = offer.label_of(leaf.kind, leaf.name)
        case FromImport():
            name = offer.label_of(leaf.kind, str(leaf.number))
        case OnList():
            name = _count(leaf.values)
        case _:
            assert_never(leaf)
    return str(_THINGS[leaf.kind][leaf.negated]) % {"name": name}


def _phrases(group: Group, *, offer: SegmentChoices) -> tuple[list[str], list[str]]:
    """Return the phrases of a group; for an “all” group, those of its “none” groups separately."""
    phrases: list[str] = []
    excepted: list[str] = []
    for part in group.parts:
        if not isinstance(part, Group):
            phrases.append(describe_leaf(part, offer=offer))
        elif part.kind == "none" and group.kind == "all":
            excepted += _phrases(part, offer=offer)[0]
        else:
            phrases.append(_clause(part, offer=offer))
    return phrases, excepted


def _clause(group: Group, *, offer: SegmentChoices) -> str:
    """Return a group as one phrase, in parentheses if it lists several."""
    phrases, excepted = _phrases(group, offer=offer)
    if group.kind == "none" or not phrases:
        among = phrases or excepted
        listed = _list(among, "any")
        return _("who are not among those %(phrase)s") % {"phrase": listed if len(among) == 1 else f"({listed})"}
    said = f"{_list(phrases, group.kind)}{_except(excepted)}"
    return f"({said})" if len(phrases) + len(excepted) > 1 else said


def _except(excepted: Sequence[str]) -> str:
    return _(", but not those %(phrase)s") % {"phrase": _list(excepted, "any")} if excepted else ""


def _list(phrases: Sequence[str], match: str) -> str:
    if len(phrases) == 1:
        return phrases[0]
    last = (
        pgettext("sentence", "%(first)s and %(last)s")
        if match == "all"
        else pgettext("sentence", "%(first)s or %(last)s")
    )
    return last % {"first": ", ".join(phrases[:-1]), "last": phrases[-1]}


def _count(values: Sequence[str]) -> str:
    if len(values) <= LISTED:
        return ", ".join(values)
    words = ngettext("%(number)d number or address", "%(number)d numbers or addresses", len(values))
    return fill(words, number=len(values))


def _say_field(leaf: Compare, *, offer: SegmentChoices) -> str:
    kind, subject = offer.kinds.get(leaf.field, "text"), f"field:{leaf.field}"
    label = offer.labels.get(subject, leaf.field)
    comparison = f"not {leaf.comparison}" if leaf.negated else leaf.comparison
    if leaf.field == "language" and leaf.comparison == "=":
        words = _("who do not speak %(language)s") if leaf.negated else _("who speak %(language)s")
        return words % {"language": offer.label_of(subject, str(leaf.value))}
    if kind == "boolean" and comparison == "=":
        return (_("who have “%(field)s”") if leaf.value else _("who do not have “%(field)s”")) % {"field": label}
    if comparison not in _FIELDS and comparison not in _DAYS:
        plain = leaf.model_copy(update={"negated": False})
        return _("who are not among those %(phrase)s") % {"phrase": _say_field(plain, offer=offer)}
    words = str((_DAYS if kind == "date" else {}).get(comparison) or _FIELDS[comparison])
    given = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    values = [_show(one, kind=kind, subject=subject, offer=offer) for one in given if one is not None] or [""]
    return words % {"field": label, "value": values[0], "second": values[-1], "values": _list(values, "any")}


def _say_permission(leaf: PermissionIs, *, offer: SegmentChoices) -> str:
    words = (
        _("whose permission for “%(topic)s” is not “%(state)s”")
        if leaf.negated
        else _("whose permission for “%(topic)s” is “%(state)s”")
    )
    topic = offer.labels.get(f"permission:{leaf.topic}", leaf.topic)
    said = [words % {"topic": topic, "state": STATE_WORDS[leaf.state]}]
    said += [str(CHANNEL_WORDS[leaf.channel])] if leaf.channel != "email" else []
    said += [f"({BASIS_WORDS.get(leaf.basis, leaf.basis)})"] if leaf.basis else []
    return " ".join([*said, *_span(leaf.when)])


def _say_relationship(leaf: HasRole | HasStage | BelongsTo, *, offer: SegmentChoices) -> str:
    match leaf:
        case HasRole():
            words, facts = _ROLES[leaf.holder][leaf.negated], {"role": offer.label_of("role", leaf.role)}
            return " ".join([str(words) % facts, *_at_brand(leaf.brand, offer=offer)])
        case HasStage():
            words, facts = _STAGES[leaf.negated], {"stage": offer.label_of("stage", leaf.stage)}
            return " ".join([str(words) % facts, *_at_brand(leaf.brand, offer=offer)])
        case BelongsTo():
            said = str(_MEMBERS[leaf.negated]) % {"name": leaf.name}
            return f"{said} {_as_position(leaf.position)}" if leaf.position else said
    assert_never(leaf)


def _at_brand(brand: str, *, offer: SegmentChoices) -> list[str]:
    words = pgettext("sentence", "with the brand “%(brand)s”")
    return [words % {"brand": offer.label_of("brand", brand)}] if brand else []


def _as_position(position: str) -> str:
    return pgettext("sentence", "as “%(position)s”") % {"position": position}


def _adverbs(leaf: Did, *, offer: SegmentChoices) -> list[str]:
    words = {
        "brand": pgettext("sentence", "of %(name)s"),
        "topic": pgettext("sentence", "about “%(name)s”"),
        "dispatch": pgettext("sentence", "of the campaign “%(name)s”"),
    }
    said = [words[leaf.of.partition(":")[0]] % {"name": offer.label_of("of", leaf.of)}] if leaf.of else []
    said += [pgettext("sentence", "(%(link)s)") % {"link": leaf.link}] if leaf.link else []
    said += [pgettext("sentence", "at least %(number)s times") % {"number": leaf.times}] if leaf.times > 1 else []
    return [*said, *_span(leaf.when)]


def _span(when: DateSpan) -> list[str]:
    days = when.days or 0
    facts = {"day": _day(when.first or ""), "last": _day(when.last or ""), "days": days}
    words = {
        "last": ngettext("in the last %(days)d day", "in the last %(days)d days", days),
        "ago": ngettext("more than %(days)d day ago", "more than %(days)d days ago", days),
        "since": pgettext("sentence", "since %(day)s"),
        "before": pgettext("sentence", "before %(day)s"),
        "between": pgettext("sentence", "between %(day)s and %(last)s"),
    }
    return [words[when.kind] % facts] if when.kind in words else []


def _day(text: str) -> str:
    try:
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    except ValueError:
        return text


def _show(value: Scalar, *, kind: str, subject: str, offer: SegmentChoices) -> str:
    if isinstance(value, bool):
        return _("“%(text)s”") % {"text": YES_NO[not value][1]}
    if isinstance(value, int | float):
        return str(number_format(value, use_l10n=True))
    return _day(value) if kind == "date" else _("“%(text)s”") % {"text": offer.label_of(subject, value)}
