"""Read the fields, topics, campaigns, tags, segments and links that a condition may name; once per page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from esmero.campaigns.models import Campaign
from esmero.content.models import Link
from esmero.house.models import Brand
from esmero.imports.models import Import
from esmero.people.models import CustomField, Organisation, Segment, Tag, Topic
from esmero.people.segments.values import KnownNames
from esmero.people.segments.vocabulary import STANDARD_FIELDS, Kind
from esmero.rounds.import_kinds import PERSONS
from esmero.web.console.people.segments.missing_choices import label_missing, list_named
from esmero.web.labels.people import ADDRESS_STATUS, CAPACITIES, PARTY_ROLES, STAGE
from esmero.web.parts.components.template_tags import language_name, said
from esmero.web.parts.components.times import format_time_short

type Words = str | Promise
type Choice = tuple[str, Words]
type Choices = Sequence[tuple[Words, Sequence[Choice]]]

MAX_CHOICES = 500  # offered of one kind; others must be typed

STANDARD_WORDS: Mapping[str, Words] = {
    "number": _("Number"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "language": _("Language"),
    "country": _("Country"),
    "organisation": _("Organisation"),
    "position": _("Position in the organisation"),
    "capacity": _("Consumer or business"),
    "tax_id": _("Tax number"),
    "timezone": _("Time zone"),
    "address": _("Address"),
    "domain": _("Domain of the address"),
    "standing": _("Standing of the address"),
    "added": _("Known since"),
}
ACT_WORDS: Mapping[str, Words] = {
    "sent": _("Was sent a message"),
    "got": _("Got a message that did not come back"),
    "clicked": _("Opened a link"),
    "answered": _("Answered a message"),
    "returned": _("A message came back for good"),
    "complained": _("Complained of a message"),
    "left": _("Took a permission back"),
}


@dataclass(frozen=True, kw_only=True)
class SegmentChoices:
    """Hold the choices of a page.

    `choices` are by subject ("field:language", "tag", "of", …); `labels` describe every subject.
    """

    groups: Choices
    kinds: Mapping[str, Kind]
    labels: Mapping[str, Words]
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    scopes: Choices = ()

    @cached_property
    def known(self) -> KnownNames:
        """Return the names that a condition may give; any import, for only the latest are offered."""
        offered = {subject: {value for value, _words in choices} for subject, choices in self.choices.items()}
        return KnownNames(kinds=self.kinds, choices=offered)

    def label_of(self, subject: str, value: str) -> Words:
        """Return the label of a choice, or the value where it has none."""
        return dict(self.choices.get(subject, ())).get(value, value)


def read_choices(*, brand: Brand | None, besides: Segment | None = None) -> SegmentChoices:
    """Read the choices that a condition may name, in a fixed number of queries.

    A segment is not offered to itself, but its existing references remain choices.
    """
    named = list_named(besides.conditions) if besides else {}
    own = list(CustomField.objects.order_by("key"))
    topics = [(f"{one.brand.slug}/{one.code}", _name(one, alone=brand is not None)) for one in _topics(brand)]
    topics += _missing(topics, named.get("topic", ()), subject="topic")
    fields: list[Choice] = [(f"field:{name}", words) for name, words in STANDARD_WORDS.items()]
    own_fields: list[Choice] = [(f"field:{one.key}", said(one.label) or one.key) for one in own]
    acts: list[Choice] = [(f"did:{act}", words) for act, words in ACT_WORDS.items()]
    permissions: list[Choice] = [
        (f"permission:{code}", gettext("Permission for “%(topic)s”") % {"topic": words}) for code, words in topics
    ]
    wishes: list[Choice] = [
        (f"topic:{code}", gettext("Wish for “%(topic)s”") % {"topic": words}) for code, words in topics
    ]
    relationship: list[Choice] = [
        ("stage", _("Stage of the relationship")),
        ("role", _("Role")),
        ("membership", _("Belongs to an organisation")),
    ]
    other: list[Choice] = [
        ("tag", _("Tag")),
        ("segment", _("Another segment")),
        ("import", _("Came with a list")),
        ("list", _("Pasted numbers or addresses")),
    ]
    groups: list[tuple[Words, Sequence[Choice]]] = [
        (_("Person"), fields),
        (_("Relationship"), relationship),
        (_("Own fields"), own_fields),
        (_("Behaviour"), acts),
        (_("Permission"), permissions),
        (_("Wants the topic"), wishes),
        (_("Other"), other),
    ]
    labels = {value: words for _title, choices in groups for value, words in choices}
    labels |= {f"{subject}:{code}": words for subject in ("permission", "topic") for code, words in topics}
    choices: dict[str, Sequence[Choice]] = {
        f"field:{one.key}": [(str(value), str(value)) for value in one.choices] for one in own if one.choices
    }
    choices["field:language"] = [(code, language_name(code)) for code in ("es", "fr", "en")]
    choices["field:standing"] = [(code, word.text) for code, word in ADDRESS_STATUS.items()]
    choices["field:capacity"] = list(CAPACITIES.items())
    choices["role"] = list(PARTY_ROLES.items())
    choices["stage"] = [(code, word.text) for code, word in STAGE.items()]
    choices["brand"] = list(Brand.objects.order_by("id").values_list("slug", "name"))
    names = Tag.objects.order_by("name").values_list("name", flat=True)[:MAX_CHOICES]
    choices["tag"] = [(name, name) for name in names]
    segments = Segment.objects.exclude(pk=besides.pk) if besides else Segment.objects.all()
    choices["segment"] = [
        (name, name) for name in segments.order_by("name").values_list("name", flat=True)[:MAX_CHOICES]
    ]
    choices["import"] = [
        (str(one.pk), f"{one.file_name} ({format_time_short(one.finished_at or one.created_at)})")
        for one in Import.objects.filter(kind=PERSONS.name, state=Import.State.DONE).order_by("-id")[:MAX_CHOICES]
    ]
    for subject, values in named.items():
        if subject in choices:
            choices[subject] = [*choices[subject], *_missing(choices[subject], values, subject=subject)]
    scopes = _scopes(brand, topics=topics)
    if kept := _missing([choice for _title, inside in scopes for choice in inside], named.get("of", ()), subject="of"):
        scopes.append((_("Named in this segment"), kept))
    choices["of"] = [choice for _title, inside in scopes for choice in inside]
    return SegmentChoices(
        groups=[group for group in groups if group[1]],
        kinds={**STANDARD_FIELDS, **{one.key: one.kind for one in own}},  # type: ignore[misc]
        labels=labels,
        choices=choices,
        scopes=scopes,
    )


def _missing(offered: Sequence[Choice], values: Collection[str], *, subject: str) -> list[tuple[str, str]]:
    missing = sorted(set(values) - {value for value, _words in offered})
    return label_missing(subject, missing) if missing else []


def read_links() -> list[str]:
    """Return the latest links of templates without duplicates, for autocompletion."""
    return list(dict.fromkeys(Link.objects.order_by("-id").values_list("url", flat=True)[: MAX_CHOICES * 2]))[
        :MAX_CHOICES
    ]


def read_organisations() -> list[str]:
    """Return names of organisations, for autocompletion."""
    return list(Organisation.objects.order_by("folded").values_list("name", flat=True)[:MAX_CHOICES])


def _scopes(brand: Brand | None, *, topics: Sequence[tuple[str, str]]) -> list[tuple[Words, Sequence[Choice]]]:
    brands = [brand] if brand else list(Brand.objects.order_by("id"))
    campaigns = Campaign.objects.filter(dispatch__isnull=False).order_by("-id")
    if brand:
        campaigns = campaigns.filter(brand=brand)
    sent = campaigns.values_list("dispatch_id", "name")[:MAX_CHOICES]
    return [
        (_("Brands"), [(f"brand:{one.slug}", one.name) for one in brands]),
        (_("Topics"), [(f"topic:{code}", words) for code, words in topics]),
        (_("Campaigns"), [(f"dispatch:{pk}", name) for pk, name in sent]),
    ]


def _name(topic: Topic, *, alone: bool) -> str:
    """Name a topic; with its brand where there are several brands."""
    name = said(topic.name) or topic.code
    return name if alone else f"{topic.brand}: {name}"


def _topics(brand: Brand | None) -> list[Topic]:
    topics = Topic.objects.select_related("brand").order_by("brand", "id")
    return list(topics.filter(brand=brand) if brand else topics)


STATE_WORDS: Mapping[str, Words] = {
    "granted": pgettext_lazy("permission", "given"),
    "requested": pgettext_lazy("permission", "asked for, not confirmed"),
    "withdrawn": pgettext_lazy("permission", "taken back"),
    "objected": pgettext_lazy("permission", "objected to"),
    "expired": pgettext_lazy("permission", "run out"),
    "none": pgettext_lazy("permission", "never given"),
}
CHANNEL_WORDS: Mapping[str, Words] = {
    "email": pgettext_lazy("channel", "by mail"),
    "phone": pgettext_lazy("channel", "by phone"),
    "post": pgettext_lazy("channel", "by post"),
    "portal": pgettext_lazy("channel", "in the customer area"),
}
BASIS_WORDS: Mapping[str, Words] = {
    "consent": pgettext_lazy("basis", "consent"),
    "soft opt-in": pgettext_lazy("basis", "existing customer"),
    "contract": pgettext_lazy("basis", "contract"),
    "legitimate interest": pgettext_lazy("basis", "legitimate interest"),
    "law": pgettext_lazy("basis", "law"),
}
HOLDER_WORDS: Mapping[str, Words] = {
    "person": pgettext_lazy("role", "of the person"),
    "organisation": pgettext_lazy("role", "of their organisation"),
}
SPAN_WORDS: Mapping[str, Words] = {
    "ever": pgettext_lazy("when", "at any time"),
    "last": pgettext_lazy("when", "in the last"),
    "ago": pgettext_lazy("when", "longer ago than"),
    "since": pgettext_lazy("when", "since"),
    "before": pgettext_lazy("when", "before"),
    "between": pgettext_lazy("when", "between"),
}
COMPARISON_WORDS: Mapping[str, Words] = {
    "=": pgettext_lazy("comparison", "is"),
    "not =": pgettext_lazy("comparison", "is not"),
    "contains": pgettext_lazy("comparison", "contains"),
    "not contains": pgettext_lazy("comparison", "does not contain"),
    "starts": pgettext_lazy("comparison", "starts with"),
    "not starts": pgettext_lazy("comparison", "does not start with"),
    "in": pgettext_lazy("comparison", "is one of"),
    "not in": pgettext_lazy("comparison", "is none of"),
    "<": pgettext_lazy("comparison", "is less than"),
    "<=": pgettext_lazy("comparison", "is at most"),
    ">": pgettext_lazy("comparison", "is more than"),
    ">=": pgettext_lazy("comparison", "is at least"),
    "between": pgettext_lazy("comparison", "is between"),
    "last": pgettext_lazy("comparison", "is in the last"),
    "next": pgettext_lazy("comparison", "is in the next"),
    "ago": pgettext_lazy("comparison", "is longer ago than"),
    "ahead": pgettext_lazy("comparison", "is further ahead than"),
    "month": pgettext_lazy("comparison", "is in this month"),
    "anniversary": pgettext_lazy("comparison", "has its day within"),
    "known": pgettext_lazy("comparison", "is known"),
    "not known": pgettext_lazy("comparison", "is not known"),
}
DAY_WORDS: Mapping[str, Words] = {
    "<": pgettext_lazy("comparison", "is before"),
    "<=": pgettext_lazy("comparison", "is on or before"),
    ">": pgettext_lazy("comparison", "is after"),
    ">=": pgettext_lazy("comparison", "is on or after"),
}
