"""What the recipient's pages are tried with."""

from esmero.rendering.tokens import TokenPurpose


def bad_tokens(sent, purpose, **facts):
    """Tokens that no door of this purpose may take: forged, cut, of another purpose, expired."""
    good = sent.token(purpose, **facts)
    last = "a" if good[-1] != "a" else "b"
    forged = [good[:-1] + last, "a" * 40, good[:20] + good[20:][::-1]]
    cut = [good[:-1], good + "a", "7" * 40, "x"]
    swapped = [sent.token(other, **facts) for other in TokenPurpose if other is not purpose]
    return [*forged, *cut, *swapped, sent.token(purpose, **facts, day=1000)]
