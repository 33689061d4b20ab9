"""The form's tree: what each act does, that no act loses a condition, and that what is stored is opened again."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from esmero.people.segments.text_form import write
from esmero.people.segments.tree import Compare, Group, read_json, write_json
from esmero.people.segments.values import SegmentFault
from esmero.people.segments.vocabulary import ACTS as ALL_ACTS
from esmero.people.segments.vocabulary import MOST_DEPTH, UNFINISHED
from esmero.web.console.people.segments.choices import COMPARISON_WORDS, SegmentChoices
from esmero.web.console.people.segments.conditions import (
    BLANK,
    find_control,
    fit_rows,
    open_tree,
    read_row,
    read_rows,
    write_root,
)
from esmero.web.console.people.segments.controls import draw_row
from esmero.web.console.people.segments.tree import (
    ConditionGroup,
    ConditionRow,
    apply_action,
    read_tree,
    rows_of,
    walk,
)

KINDS = {
    "language": "choice",
    "tenure": "integer",
    "price": "decimal",
    "senior": "boolean",
    "since": "date",
    "city": "text",
}
TOPIC = "fibra-norte/novedades"
OFFER = SegmentChoices(
    groups=[],
    kinds=KINDS,
    labels={
        f"permission:{TOPIC}": "Novedades", f"topic:{TOPIC}": "Novedades",
        **{one: one for one in ("tag", "segment", "import", "list")},
        **{f"field:{key}": key for key in KINDS}, **{f"did:{act}": act for act in ALL_ACTS},
    },
    choices={
        "field:language": [("es", "Spanish"), ("fr", "French")],
        "tag": [("vip", "vip"), ("new", "new")],
        "segment": [("Other", "Other")],
        "import": [("3", "list.csv")],
        "of": [("brand:fibra-norte", "Fibra Norte"), (f"topic:{TOPIC}", "Novedades"), ("dispatch:7", "Campaign")],
    },
)  # fmt: skip
DAYS = ["2026-01-31", "2026-02-28"]
SPANS = [
    None, {"kind": "last", "days": 30}, {"kind": "ago", "days": 7}, {"kind": "since", "first": DAYS[0]},
    {"kind": "before", "first": DAYS[1]}, {"kind": "between", "first": DAYS[0], "last": DAYS[1]},
]  # fmt: skip
leaves = st.one_of(
    st.builds(
        lambda field, comparison, value: {"kind": "field", "field": field, "comparison": comparison, "value": value},
        st.just("language"), st.just("="), st.just("es"),
    ),
    st.sampled_from([
        {"kind": "field", "field": "language", "comparison": "in", "value": ["es", "fr"]},
        {"kind": "field", "field": "tenure", "comparison": ">", "value": 12},
        {"kind": "field", "field": "tenure", "comparison": "between", "value": [1, 12]},
        {"kind": "field", "field": "price", "comparison": "<=", "value": 9.5},
        {"kind": "field", "field": "senior", "value": False},
        {"kind": "field", "field": "since", "comparison": "anniversary", "value": 7},
        {"kind": "field", "field": "since", "comparison": "month"},
        {"kind": "field", "field": "since", "comparison": ">=", "value": DAYS[0]},
        {"kind": "field", "field": "city", "comparison": "known"},
        {"kind": "field", "field": "city", "comparison": "contains", "value": "león, casco"},
        {"kind": "field", "field": "city", "comparison": "in", "value": ["a, b", "c"]},
        {"kind": "tag", "name": "vip"}, {"kind": "segment", "name": "Other"}, {"kind": "import", "number": 3},
        {"kind": "list", "values": ["1001", "eva@cliente.example"]},
        {"kind": "topic", "topic": TOPIC, "wanted": False},
        {"kind": "permission", "topic": TOPIC, "state": "none"},
    ]),
    st.builds(
        lambda state, channel, basis, when: {"kind": "permission", "topic": TOPIC, "state": state, **channel, **basis,
            **({"when": when} if when else {})},
        st.sampled_from(["granted", "withdrawn"]), st.sampled_from([{}, {"channel": "phone"}]),
        st.sampled_from([{}, {"basis": "soft opt-in"}]), st.sampled_from(SPANS),
    ),
    st.builds(
        lambda act, scope, times, when: {"kind": "did", "act": act, **scope, **times,
            **({"when": when} if when else {})},
        st.sampled_from(["sent", "got", "clicked", "left"]),
        st.sampled_from([{}, {"of": f"topic:{TOPIC}"}, {"of": "dispatch:7"}, {"of": "brand:fibra-norte"}]),
        st.sampled_from([{}, {"times": 3}]), st.sampled_from(SPANS),
    ),
)  # fmt: skip
trees = st.recursive(
    st.builds(lambda leaf, negated: {**leaf, "negated": negated}, leaves, st.booleans()),
    lambda inner: st.builds(
        lambda kind, parts: {"kind": kind, "parts": parts}, st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=10,
)  # fmt: skip


def tag(name):
    return {"kind": "tag", "name": name}


def all_of(*parts):
    return {"kind": "all", "parts": parts}


def any_of(*parts):
    return {"kind": "any", "parts": parts}


def sent(root, **more):
    """What a browser sends of a tree: the names of nodes, and every control that is drawn."""
    post = QueryDict(mutable=True)
    post["match_n0"] = root.match
    for node, above in walk(root):
        post.appendlist("node", f"{node.uid} {above.uid} {'group' if isinstance(node, ConditionGroup) else 'row'}")
        if isinstance(node, ConditionGroup):
            post[f"match_{node.uid}"] = node.match
            continue
        post[f"what_{node.uid}"] = post[f"was_{node.uid}"] = node.get("what")
        for control in draw_row(node, offer=OFFER):
            if control.kind == "boxes":
                post.setlist(f"{control.part}_{node.uid}", control.chosen)
            else:
                post[f"{control.part}_{node.uid}"] = control.value
    post.update(more)
    return post


def as_the_form_has_it(node):
    """A negation that no select offers is a group of its own in the form; the root is always a group."""
    if isinstance(node, Group):
        return node.model_copy(update={"parts": tuple(map(as_the_form_has_it, node.parts))})
    if node.negated and isinstance(node, Compare) and f"not {node.comparison}" not in COMPARISON_WORDS:
        return Group(kind="none", parts=(node.model_copy(update={"negated": False}),))
    return node


@given(trees)
def test_what_is_stored_is_opened_sent_and_written_as_the_same(conditions):
    root = open_tree(conditions)
    again = read_tree(sent(root))
    fit_rows(again, offer=OFFER)
    assert not read_rows(again, offer=OFFER, strict=True)
    node = as_the_form_has_it(read_json(conditions, known=OFFER.known))
    assert write_root(again) == (node if isinstance(node, Group) and "parts" in conditions else Group(parts=(node,)))


ACTS = st.sampled_from(["up", "down", "group", "ungroup", "copy", "add", "add-group", "remove", "nonsense"])


@given(trees, st.lists(st.tuples(ACTS, st.integers(0, 40)), max_size=12))
def test_no_act_loses_or_doubles_a_node_that_it_should_not(conditions, acts):
    root = open_tree(conditions)
    for verb, which in acts:
        nodes = [node for node, _above in walk(root)]
        if not nodes:
            break
        node = nodes[which % len(nodes)]
        before = [row.uid for row in rows_of(root)]
        inside = 1 if isinstance(node, ConditionRow) else len(rows_of(node))
        apply_action(root, f"{verb}:{node.uid}", blank=BLANK)
        after = [row.uid for row in rows_of(root)]
        names = [node.uid for node, _above in walk(root)]
        assert len(names) == len(set(names))
        if verb in {"up", "down", "group", "ungroup", "nonsense"}:
            assert sorted(after) == sorted(before)
        elif verb == "remove":
            assert len(after) == len(before) - inside
        elif verb == "copy":
            assert len(after) == len(before) + inside
        else:
            assert len(after) == len(before) + isinstance(node, ConditionGroup)
    assert {node.uid for node, _above in walk(read_tree(sent(root)))} == {node.uid for node, _above in walk(root)}


def test_moving_walks_into_and_out_of_groups():
    root = open_tree(all_of(tag("vip"), any_of(tag("new")), {"kind": "import", "number": 3}))
    first, group, last = root.nodes
    done = apply_action(root, f"down:{first.uid}", blank=BLANK)
    assert (group.nodes[0], done.said, done.focus) == (first, "moved-in", first.uid)
    assert apply_action(root, f"up:{first.uid}", blank=BLANK).said == "moved-out"
    assert root.nodes == [first, group, last]
    assert apply_action(root, f"up:{first.uid}", blank=BLANK).said == "first"
    assert apply_action(root, f"up:{last.uid}", blank=BLANK).said == "moved-in"
    assert apply_action(root, f"down:{last.uid}", blank=BLANK).said == "moved-out"


def test_a_node_is_put_anywhere_but_into_itself_or_too_deep():
    root = open_tree(all_of(tag("vip"), any_of(tag("new"), all_of(tag("old"))), {"kind": "import", "number": 3}))
    first, group, last = root.nodes
    new, inner = group.nodes

    def put(node, into, index):
        return apply_action(root, f"put:{node.uid} {into.uid} {index}", blank=BLANK).said

    assert put(last, root, 1) == "put"
    assert root.nodes == [first, last, group]
    assert put(last, root, 3) == "put"
    assert root.nodes == [first, group, last]
    assert put(last, inner, 99) == "put"
    assert (root.nodes, inner.nodes[-1]) == ([first, group], last)
    assert put(inner, root, 0) == "put"
    assert (root.nodes, group.nodes) == ([inner, first, group], [new])
    assert put(inner, inner, 0) == put(group, ConditionRow("n99", {}), 0) == ""
    assert apply_action(root, f"put:{first.uid} n0 x", blank=BLANK).said == ""
    for _level in range(MOST_DEPTH):
        apply_action(root, f"group:{first.uid}", blank=BLANK)
    assert apply_action(root, f"group:{first.uid}", blank=BLANK).said == "too-deep"
    deepest = next(above for node, above in walk(root) if node is first)
    assert put(group, deepest, 0) == "too-deep"
    assert put(ConditionRow("n99", {}), deepest, 0) == ""
    assert apply_action(root, f"add-group:{deepest.uid}", blank=BLANK).said == "too-deep"
    assert apply_action(root, f"add:{deepest.uid}", blank=BLANK).said == "added"
    assert {node.uid for node, _above in walk(read_tree(sent(root)))} == {node.uid for node, _above in walk(root)}


def test_a_new_group_offers_the_other_way_round_and_removing_moves_the_cursor():
    root = ConditionGroup("n0")
    apply_action(root, "add-group:n0", blank=BLANK)
    assert (root.nodes[0].match, len(root.nodes[0].nodes)) == ("any", 1)
    done = apply_action(root, f"remove:{root.nodes[0].uid}", blank=BLANK)
    assert (done.focus, done.control, root.nodes) == ("n0", "add", [])


def test_what_does_not_fit_together_is_left_out():
    post = QueryDict("node=n1 n0 row&node=n1 n0 row&node=n2 n9 row&node=x n0 row&node=n3&what_n1=tag&value_n1=vip")
    assert [node.uid for node, _above in walk(read_tree(post))] == ["n1"]


def test_a_row_that_looks_at_something_else_begins_anew():
    post = QueryDict("node=n1 n0 row&what_n1=field:tenure&was_n1=field:language&is_n1==&value_n1=es")
    assert rows_of(read_tree(post))[0].parts == {"what": "field:tenure"}


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({"what": "field:nothing", "is": "=", "value": "1"}, "what"),
        ({"what": "field:language", "is": "=", "value": "de"}, "value"),
        ({"what": "field:tenure", "is": "=", "value": "12.5"}, "value"),
        ({"what": "field:price", "is": "=", "value": "nan"}, "value"),
        ({"what": "field:tenure", "is": "between", "value": "5", "second": "4"}, "second"),
        ({"what": "field:since", "is": "=", "value": "yesterday"}, "value"),
        ({"what": "field:since", "is": "anniversary", "value": "183"}, "value"),
        ({"what": "tag", "is": "is", "value": "gone"}, "value"),
        ({"what": "did:clicked", "is": "is", "times": "0"}, "times"),
        ({"what": "did:clicked", "is": "is", "of": "dispatch:8"}, "of"),
        ({"what": "did:clicked", "is": "is", "when": "last", "days": "-1"}, "days"),
        ({"what": "did:clicked", "is": "is", "when": "between", "from": DAYS[1], "to": DAYS[0]}, "to"),
        ({"what": "did:danced", "is": "is"}, "what"),
        ({"what": "permission:a/gone", "is": "is", "value": "granted"}, "what"),
        ({"what": "list", "is": "is", "value": "\n".join(map(str, range(10_001)))}, "value"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_by_its_control(parts, wrong):
    with pytest.raises(SegmentFault) as caught:
        read_row(ConditionRow("n1", parts), offer=OFFER)
    assert find_control(caught.value) == wrong
    assert caught.value.code != UNFINISHED


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"what": "did:sent", "is": "is", "link": "https://x.example/"}, "did sent"),
        ({"what": "did:clicked", "is": "not is", "link": " https://x.example/ "}, "not did clicked link https://x.example/"),
        ({"what": f"permission:{TOPIC}", "is": "is", "value": "none", "basis": "consent", "when": "last", "days": "x"},
         f"permission {TOPIC} = none"),
        ({"what": "field:since", "is": "not =", "value": "2026-01-31", "second": "x"}, "not since = 2026-01-31"),
    ],
)  # fmt: skip
def test_what_a_row_does_not_show_is_not_kept(parts, text):
    assert write(read_row(ConditionRow("n1", parts), offer=OFFER)) == text


def test_an_unfinished_row_is_left_out_until_it_is_saved():
    root = ConditionGroup(
        "n0",
        nodes=[
            ConditionRow("n1", {"what": "tag", "value": "vip"}),
            ConditionRow("n2", {"what": "tag"}),
            ConditionGroup("n3", "any"),
        ],
    )
    assert not read_rows(root, offer=OFFER, strict=False)
    assert write_json(write_root(root)) == all_of(tag("vip")) | {"parts": [tag("vip")]}
    assert read_rows(root, offer=OFFER, strict=True)
    assert root.nodes[1].wrong == "value"
