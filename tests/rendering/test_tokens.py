import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esmero.rendering.tokens import LIFETIME, Signer, Token, TokenPurpose, TokenRefused

SIGNER = Signer({1: b"old" * 8, 2: b"new" * 8}, current=2)
purposes = st.sampled_from(TokenPurpose)
messages = st.integers(0, 2**48 - 1)
links = st.integers(0, 2**31)
days = st.integers(0, 40_000)


def refusal(
    text: str, *, purpose: TokenPurpose = TokenPurpose.CLICK, today: int = 20_000, signer: Signer = SIGNER
) -> str:
    with pytest.raises(TokenRefused) as caught:
        signer.read(text, purpose=purpose, today=today)
    return caught.value.reason


@settings(deadline=None)
@given(purposes, messages, links, days)
def test_what_was_signed_is_read_back_also_when_a_relay_folded_its_case(purpose, message, link, day):
    text = SIGNER.sign(purpose, message, link=link, day=day)
    assert SIGNER.read(text.upper(), purpose=purpose, today=day) == Token(2, purpose, message, link, day)
    assert len(f"r-{text}") <= 64
    assert text == text.lower()
    assert text.isalnum()


@settings(deadline=None)
@given(purposes, purposes, messages, days)
def test_no_token_serves_another_purpose(made_for, used_for, message, day):
    text = SIGNER.sign(made_for, message, day=day)
    if made_for is used_for:
        assert SIGNER.read(text, purpose=used_for, today=day).message == message
    else:
        assert refusal(text, purpose=used_for, today=day) == "forged"


@settings(deadline=None)
@given(messages, links, st.integers(0, 39), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_character_is_refused(message, link, place, letter):
    text = SIGNER.sign(TokenPurpose.CLICK, message, link=link, day=20_000)
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        assert refusal(changed) in {"forged", "unknown key"}


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_it_lives_as_long_as_its_purpose_says(purpose):
    text = SIGNER.sign(purpose, 1, day=20_000)
    last = 20_000 + LIFETIME[purpose]
    assert SIGNER.read(text, purpose=purpose, today=last).day == 20_000
    assert refusal(text, purpose=purpose, today=last + 1) == "expired"


def test_who_leaves_after_three_years_still_can():
    text = SIGNER.sign(TokenPurpose.UNSUBSCRIBE, 1, day=20_000)
    assert SIGNER.read(text, purpose=TokenPurpose.UNSUBSCRIBE, today=20_000 + 3 * 365).message == 1


@pytest.mark.parametrize("text", ["", "a", "a" * 39, "a" * 41, "1" * 40, "ñ" * 40, "=" * 40, " " * 40, "a" * 39 + "\n"])
def test_what_cannot_be_a_token_is_malformed(text):
    assert refusal(text) == "malformed"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_refused_and_nothing_else_happens(text):
    assert refusal(text) in {"malformed", "forged", "unknown key"}


def test_a_truncated_token_is_malformed():
    assert refusal(SIGNER.sign(TokenPurpose.CLICK, 1, day=20_000)[:-1]) == "malformed"


def test_a_retired_key_still_reads_and_a_foreign_one_does_not():
    retired = Signer({1: b"old" * 8}, current=1).sign(TokenPurpose.WHY, 9, day=20_000)
    assert SIGNER.read(retired, purpose=TokenPurpose.WHY, today=20_000).key_id == 1
    foreign = Signer({1: b"other" * 8}, current=1).sign(TokenPurpose.WHY, 9, day=20_000)
    assert refusal(foreign, purpose=TokenPurpose.WHY) == "forged"
    unknown = Signer({7: b"old" * 8}, current=7).sign(TokenPurpose.WHY, 9, day=20_000)
    assert refusal(unknown, purpose=TokenPurpose.WHY) == "unknown key"


def test_a_plan_signs_as_one_by_one():
    wanted = [(TokenPurpose.CLICK, 5), (TokenPurpose.CLICK, 6), (TokenPurpose.RETURN, 0)]
    one_by_one = [SIGNER.sign(purpose, 77, link=link, day=20_000) for purpose, link in wanted]
    assert SIGNER.plan(wanted)(77, 20_000) == one_by_one
    assert len(set(one_by_one)) == 3


@pytest.mark.parametrize(
    ("keys", "current"), [({}, 1), ({1: b"k" * 32}, 2), ({1: b"short"}, 1), ({70_000: b"k" * 32}, 70_000)]
)
def test_unfit_keys_are_refused_at_once(keys, current):
    with pytest.raises(ValueError, match="key"):
        Signer(keys, current=current)
