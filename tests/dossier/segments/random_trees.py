"""Random condition trees in JSON over the people of tests/dossier/plain.py, with all kinds of conditions."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.dossier.plain import LINKS, OWN

DAYS = ["2020-02-29", "2024-02-29", "2026-01-30", "2026-02-10", "2026-02-28", "2026-03-01"]
TOPICS = ["fibra-norte/novedades", "fibra-norte/ofertas"]
IMPORT, DISPATCHES = 999, (990, 991)  # stand-ins for ids
SCOPES = ["", "brand:fibra-norte", *(f"topic:{one}" for one in TOPICS), *(f"dispatch:{one}" for one in DISPATCHES)]
NUMBER = 2_000 if os.environ.get("SIZE") == "full" else 20 if os.environ.get("ESMERO_TEST_FAST") else 120
OF_THE_BAR = settings(
    max_examples=NUMBER, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=False
)


def say(kind, **parts):
    """Build objects of a kind from strategies; None and the default values are left out."""
    defaults = {"channel": "email", "times": 1, "comparison": "=", "negated": False}
    return st.fixed_dictionaries(parts).map(
        lambda given: {
            "kind": kind,
            **{name: value for name, value in given.items() if value is not None and defaults.get(name) != value},
        }
    )


def pairs(values):
    return st.lists(st.sampled_from(values), min_size=2, max_size=2).map(sorted)


def compare(names, comparisons, values):
    return say(
        "field",
        field=st.sampled_from(names),
        comparison=st.sampled_from(comparisons),
        value=values,
        negated=st.booleans(),
    )


ORDER = ["=", "<", "<=", ">", ">="]
NEAR = st.sampled_from([0, 1, 2, 9, 30, 31, 60, 400])
days = st.sampled_from(DAYS)
spans = st.one_of(
    st.none(),
    say("last", days=NEAR),
    say("ago", days=NEAR),
    say("since", first=days),
    say("before", first=days),
    pairs(DAYS).map(lambda pair: {"kind": "between", "first": pair[0], "last": pair[1]}),
)
negated = st.booleans()
brands = st.sampled_from([None, "fibra-norte", "otra"])
leaves = st.one_of(
    compare(["tenure"], ORDER, st.sampled_from([0, 1, 12, 60])),
    compare(["price"], ORDER, st.sampled_from([0.0, 9.5, 20.0])),
    compare(["fibre"], ["="], st.booleans()),
    compare(["tenure"], ["between"], pairs([0, 1, 12, 60])),
    compare(["plan"], ["="], st.sampled_from(["gold", "basic", "5"])),
    compare(
        ["plan", "city"],
        ["in"],
        st.lists(st.sampled_from(["gold", "León", "lugo"]), min_size=1, max_size=3, unique=True),
    ),
    compare(
        ["city", "given_name", "organisation"],
        ["=", "contains", "starts"],
        st.sampled_from(["León", "LEON", "leo", "lugo", "5", "ñANDU", "acme", "Acme", "ambar", "%", "_", "(a; b)"]),
    ),
    compare(
        ["address", "domain"],
        ["=", "contains", "starts"],
        st.sampled_from(["eva@león.example", "león.example", "LEON", "cliente.example", "CLIENTE.example"]),
    ),
    compare(
        ["address", "domain"],
        ["in"],
        st.lists(st.sampled_from(["BOB@cliente.example", "León.example"]), min_size=1, max_size=2, unique=True),
    ),
    compare(["language", "standing", "number"], ["="], st.sampled_from(["es", "fr", "ok", "1", "6"])),
    compare(["since", "added"], ORDER, days),
    compare(["since", "added"], ["between"], pairs(DAYS)),
    compare(["since", "added"], ["last", "next", "ago", "ahead"], NEAR),
    compare(["since", "added"], ["anniversary"], st.sampled_from([0, 1, 2, 60, 182])),
    compare(["since", "added"], ["month"], st.none()),
    compare(
        [*OWN, "language", "organisation", "position", "capacity", "address", "number", "added"], ["known"], st.none()
    ),
    say(
        "role",
        role=st.sampled_from(["customer", "member", "prospect", "sponsor", "supplier"]),
        brand=brands,
        holder=st.sampled_from([None, "organisation"]),
        negated=negated,
    ),
    say(
        "stage",
        stage=st.sampled_from(["known", "prospect", "customer", "leaving", "former"]),
        brand=brands,
        negated=negated,
    ),
    say(
        "membership",
        name=st.sampled_from(["Acme", "acme", "Ámbar", "Nobody"]),
        position=st.sampled_from([None, "CEO", "Presidenta"]),
        negated=negated,
    ),
    compare(["position", "capacity"], ["="], st.sampled_from(["CEO", "consumer", "business"])),
    say("tag", name=st.sampled_from(["vip", "new", "none such"]), negated=negated),
    say("topic", topic=st.just(TOPICS[0]), wanted=st.booleans(), negated=negated),
    say("segment", name=st.just("Inner"), negated=negated),
    say("import", number=st.just(IMPORT), negated=negated),
    say(
        "list",
        values=st.lists(st.sampled_from(["1", "6", "99", "BOB@cliente.example"]), min_size=1, max_size=3, unique=True),
        negated=negated,
    ),
    say(
        "permission",
        topic=st.just(TOPICS[0]),
        state=st.sampled_from(["granted", "withdrawn", "requested"]),
        channel=st.sampled_from(["email", "phone"]),
        basis=st.sampled_from([None, "consent", "soft opt-in"]),
        when=spans,
        negated=negated,
    ),
    say(
        "permission",
        topic=st.just(TOPICS[0]),
        state=st.just("none"),
        channel=st.sampled_from(["email", "phone"]),
        negated=negated,
    ),
    *(
        say(
            "did",
            act=acts,
            of=st.sampled_from([None, *SCOPES[1:]]),
            link=links,
            times=st.sampled_from([1, 1, 2]),
            when=spans,
            negated=negated,
        )
        for acts, links in (
            (st.just("clicked"), st.sampled_from([None, *LINKS])),
            (st.sampled_from(["sent", "got", "answered", "returned", "complained", "left"]), st.none()),
        )
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: (
        say("all", parts=st.lists(inner, min_size=1, max_size=3))
        | say("any", parts=st.lists(inner, min_size=1, max_size=3))
        | say("none", parts=st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=8,
)


def each_act():
    """All acts with all scopes, links, numbers and spans, apart: by chance the rare ones would be met too seldom."""
    for act in ("sent", "got", "clicked", "answered", "returned", "complained", "left"):
        yield from ({"kind": "did", "act": act, "of": of, "times": times} for of in SCOPES for times in (1, 2))
        for day in DAYS:
            yield {"kind": "did", "act": act, "when": {"kind": "since", "first": day}}
    yield from ({"kind": "did", "act": "clicked", "link": link} for link in LINKS)


def each_relationship():
    """All stages, roles and organisations, towards each brand."""
    for brand in ({}, {"brand": "fibra-norte"}, {"brand": "otra"}):
        for stage in ("known", "prospect", "customer", "leaving", "former"):
            yield {"kind": "stage", "stage": stage, **brand}
        for role in ("customer", "member", "prospect", "sponsor", "member-client", "supplier"):
            for holder in ({}, {"holder": "organisation"}):
                yield {"kind": "role", "role": role, **holder, **brand}
    for position in ({}, {"position": "CEO"}, {"position": "Presidenta"}):
        yield from ({"kind": "membership", "name": name, **position} for name in ("Acme", "acme", "Ámbar"))


def put_ids(tree, *, dispatches, brought):
    """Put real ids in the place of their stand-ins."""
    if "parts" in tree:
        return {**tree, "parts": [put_ids(part, dispatches=dispatches, brought=brought) for part in tree["parts"]]}
    if tree["kind"] == "import":
        return {**tree, "number": brought}
    scope, _colon, name = tree.get("of", "").partition(":")
    return {**tree, "of": f"dispatch:{dispatches[DISPATCHES.index(int(name))]}"} if scope == "dispatch" else tree
