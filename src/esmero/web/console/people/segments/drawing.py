"""Prepare the tree for its templates: controls, counts, positions and the focused control."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from esmero.web.console.people.segments.choices import SegmentChoices, read_links, read_organisations
from esmero.web.console.people.segments.controls import RowControl, draw_row
from esmero.web.console.people.segments.counting import NodeCount
from esmero.web.console.people.segments.sentence import describe_leaf
from esmero.web.console.people.segments.tree import ConditionGroup, ConditionRow, TreeChange, rows_of

MATCH_WORDS: Sequence[tuple[str, str | Promise]] = [
    ("all", _("All of these hold")),
    ("any", _("At least one of these holds")),
    ("none", _("None of these holds")),
]
JOINS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "all": ("", pgettext_lazy("tree", "and")),
    "any": ("", pgettext_lazy("tree", "or")),
    "none": (pgettext_lazy("tree", "not"), pgettext_lazy("tree", "nor")),
}
SAID: Mapping[str, str | Promise] = {
    "added": _("A condition was added."),
    "group-added": _("A group with one condition was added."),
    "removed": _("It was removed."),
    "moved-up": _("It was moved up."),
    "moved-down": _("It was moved down."),
    "moved-in": _("It was moved into the group beside it."),
    "moved-out": _("It was moved out of its group."),
    "put": _("It was moved."),
    "too-deep": _("Groups cannot stand that deep in each other."),
    "first": _("It is the first already."),
    "last": _("It is the last already."),
    "grouped": _("It stands in a group of its own now."),
    "ungrouped": _("The group was dissolved; its conditions stayed."),
    "copied": _("It was copied."),
    "full": _("A segment holds at most 200 conditions and groups."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAct:
    """Describe one entry of a node's menu: its symbol, words and key; `value` is sent as `act`."""

    value: str
    symbol: str
    words: str | Promise
    key: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNode:
    """Describe one node for display.

    `focus` names the control that receives the focus, `label` is the accessible name.
    """

    uid: str
    parent: str
    number: NodeCount
    join: str | Promise = ""
    match: str = ""
    nodes: list["DrawnNode"] = field(default_factory=list)
    what: str = ""
    controls: list[RowControl] = field(default_factory=list)
    fault: str = ""
    wrong: str = ""
    focus: str = ""
    label: str = ""

    @property
    def group(self) -> bool:
        """Tell whether this is a group."""
        return bool(self.match)

    @property
    def kind(self) -> str:
        """Return the kind as it stands in the form."""
        return "group" if self.group else "row"

    @property
    def name(self) -> str:
        """Return the accessible name."""
        if self.group:
            return gettext("Group")
        return gettext("Condition") + (f": {self.label}" if self.label else "")

    @property
    def menu_words(self) -> str | Promise:
        return _("What to do with this group") if self.group else _("What to do with this condition")

    @property
    def acts(self) -> list[NodeAct]:
        """Return the entries of the node's menu."""
        acts = [
            NodeAct(value=f"up:{self.uid}", symbol="arrow-up", words=_("Move up"), key="Alt ↑"),
            NodeAct(value=f"down:{self.uid}", symbol="arrow-down", words=_("Move down"), key="Alt ↓"),
            NodeAct(value=f"group:{self.uid}", symbol="group", words=_("Put into a group")),
        ]
        if self.group:
            acts.append(NodeAct(value=f"ungroup:{self.uid}", symbol="ungroup", words=_("Dissolve the group")))
        return [
            *acts,
            NodeAct(value=f"copy:{self.uid}", symbol="copy", words=_("Copy")),
            NodeAct(value=f"remove:{self.uid}", symbol="trash-2", words=_("Remove"), grave=True),
        ]


def draw_tree(
    root: ConditionGroup, *, offer: SegmentChoices, numbers: Mapping[str, NodeCount], done: TreeChange
) -> DrawnNode:
    """Return the whole tree for display."""

    def draw(node: ConditionRow | ConditionGroup, *, parent: str, join: str | Promise) -> DrawnNode:
        focus = done.control if done.focus == node.uid else ""
        if isinstance(node, ConditionRow):
            return DrawnNode(
                uid=node.uid,
                parent=parent,
                number=numbers[node.uid],
                join=join,
                what=node.get("what"),
                controls=[
                    replace(one, uid=node.uid, wrong=one.part == node.wrong) for one in draw_row(node, offer=offer)
                ],
                fault=node.fault,
                wrong=node.wrong,
                focus=focus,
                label=describe_leaf(node.leaf, offer=offer) if node.leaf else "",
            )
        first, later = JOINS[node.match]
        inside = [draw(one, parent=node.uid, join=later if place else first) for place, one in enumerate(node.nodes)]
        return DrawnNode(
            uid=node.uid,
            parent=parent,
            number=numbers[node.uid],
            join=join,
            match=node.match,
            nodes=inside,
            focus=focus,
        )

    return draw(root, parent="", join="")


def list_suggestions(root: ConditionGroup, *, offer: SegmentChoices) -> list[tuple[str, Sequence[str]]]:
    """Return the completions of the text fields that the tree shows, each with the id of its list."""
    wanted = {control.suggestions for row in rows_of(root) for control in draw_row(row, offer=offer)}
    found: dict[str, Sequence[str]] = {
        subject: [value for value, _words in offer.choices[subject]] for subject in wanted if subject in offer.choices
    }
    if "link" in wanted:
        found["link"] = read_links()
    if "organisation" in wanted:
        found["organisation"] = read_organisations()
    return [(f"suggest-{subject}", values) for subject, values in found.items()]
