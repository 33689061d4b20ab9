from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from esmero.people.permissions.state import PermissionFact, compute_state

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def fact(number, act, *, day, basis="", by_person=False):
    return PermissionFact(number, act, basis, DAY + timedelta(days=day), by_person)


def test_a_consent_grants():
    outcome = compute_state([fact(1, "granted", day=1, basis="consent")])
    assert (outcome.state, outcome.basis, outcome.granted_at, outcome.entry) == (
        "granted",
        "consent",
        DAY + timedelta(days=1),
        1,
    )


def test_on_equal_dates_the_withdrawal_wins_whatever_comes_first():
    facts = [fact(1, "granted", day=1, basis="consent"), fact(2, "withdrawn", day=1)]
    assert compute_state(facts).state == compute_state(facts[::-1]).state == "withdrawn"


def test_a_later_line_of_a_list_revives_nothing():
    outcome = compute_state([fact(1, "withdrawn", day=1), fact(2, "granted", day=9, basis="consent")])
    assert outcome.state == "withdrawn"
    assert outcome.granted_at is not None
    assert outcome.granted_at <= outcome.withdrawn_at


def test_a_later_consent_of_the_person_revives():
    outcome = compute_state([fact(1, "withdrawn", day=1), fact(2, "granted", day=2, basis="consent", by_person=True)])
    assert (outcome.state, outcome.entry) == ("granted", 2)
    assert outcome.granted_at > outcome.withdrawn_at


def test_no_other_basis_of_the_person_revives():
    for basis in ("soft opt-in", "contract", "legitimate interest", "law"):
        outcome = compute_state([fact(1, "objected", day=1), fact(2, "granted", day=2, basis=basis, by_person=True)])
        assert (outcome.state, outcome.objected) == ("objected", True)


def test_consent_counts_before_a_later_soft_opt_in():
    outcome = compute_state(
        [fact(1, "granted", day=1, basis="consent"), fact(2, "granted", day=2, basis="soft opt-in")]
    )
    assert (outcome.basis, outcome.entry) == ("consent", 1)


def test_expired_until_granted_again():
    facts = [fact(1, "granted", day=1, basis="consent"), fact(2, "expired", day=5)]
    assert (compute_state(facts).state, compute_state(facts).granted_at) == ("expired", None)
    assert compute_state([*facts, fact(3, "granted", day=6, basis="consent")]).state == "granted"


def test_requested_proves_nothing():
    outcome = compute_state([fact(1, "requested", day=1)])
    assert (outcome.state, outcome.granted_at) == ("requested", None)


FACTS = st.lists(
    st.tuples(
        st.sampled_from(["requested", "granted", "withdrawn", "objected", "expired"]),
        st.sampled_from(["consent", "soft opt-in"]),
        st.integers(0, 5),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(FACTS, st.randoms())
def test_no_order_of_knowing_changes_the_outcome_and_no_list_revives(rows, random):
    facts = [
        fact(n, act, day=day, basis=basis if act == "granted" else "", by_person=by)
        for n, (act, basis, day, by) in enumerate(rows)
    ]
    outcome = compute_state(facts)
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert compute_state(shuffled) == outcome
    gone = [f.at for f in facts if f.act in {"withdrawn", "objected"}]
    if outcome.state == "granted" and gone:
        proof = facts[outcome.entry]
        assert proof.by_person
        assert proof.basis == "consent"
        assert proof.at > max(gone)
    if outcome.state in {"withdrawn", "objected"} and outcome.granted_at:
        assert outcome.granted_at <= outcome.withdrawn_at
