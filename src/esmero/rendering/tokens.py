"""Sign and read tokens in links and return paths: short, unforgeable, for one purpose and a limited time.

A token is 25 octets in lower-case base32 without padding (RFC 4648, section 6), 40 characters:
key id (2), message (6), day it was made (2), link (5), and 10 octets of keyed BLAKE2b (RFC 7693) over the purpose and
the 15 octets before it, link first. Relays may change the case of a local part, so reading ignores case.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_TRIPLES = [high + middle + low for high in _ALPHABET for middle in _ALPHABET for low in _ALPHABET]
_HEAD, _LINK, _CODE = 10, 5, 10
_LENGTH = (_HEAD + _LINK + _CODE) * 8 // 5


class TokenPurpose(Enum):
    """Name the uses of a token; the value is its letter in addresses and in the signature."""

    RETURN = "r"
    REPLY = "p"
    UNSUBSCRIBE = "u"
    PREFERENCES = "f"
    CLICK = "c"
    WHY = "w"
    # Of these, `message` is the number of a grant (grants/models.py).
    DATA = "d"
    MOVE = "m"
    SIGN_IN = "l"
    SET_PASSWORD = "k"  # noqa: S105
    INVITATION = "i"
    NEW_EMAIL = "e"
    CONFIRM = "o"  # its `message` is the number of a form's submission


# Days. Recipients may need some links for years (unsubscribe, reason); tokens for machines expire sooner.
LIFETIME: Mapping[TokenPurpose, int] = {
    TokenPurpose.RETURN: 400,
    TokenPurpose.REPLY: 400,
    TokenPurpose.CLICK: 400,
    TokenPurpose.UNSUBSCRIBE: 3 * 366,
    TokenPurpose.PREFERENCES: 3 * 366,
    TokenPurpose.WHY: 3 * 366,
    TokenPurpose.CONFIRM: 7,
    # The row of a grant says when it ends; the token outlives it, so that its page can offer another.
    TokenPurpose.MOVE: 400,
    TokenPurpose.DATA: 400,
    TokenPurpose.SIGN_IN: 400,
    TokenPurpose.SET_PASSWORD: 400,
    TokenPurpose.INVITATION: 400,
    TokenPurpose.NEW_EMAIL: 400,
}


@dataclass(frozen=True, slots=True)
class Token:
    """Hold the content of a token.

    `link` is 0 unless it is a click, `day` is the day of signing, in days since 1970.
    """

    key_id: int
    purpose: TokenPurpose
    message: int
    link: int
    day: int


class TokenRefused(Exception):
    """Report that a token is invalid. `reason` is one of "malformed", "forged", "expired", "unknown key"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the token is refused: {reason}")
        self.reason = reason


class Signer:
    """Sign and read tokens. `keys` maps key ids (0 to 65535) to secrets of 16 to 64 octets; `current` signs."""

    def __init__(self, keys: Mapping[int, bytes], *, current: int) -> None:
        if current not in keys:
            raise ValueError(f"key {current} is to sign but is not among the keys {sorted(keys)}")
        for key_id, key in keys.items():
            if not (0 <= key_id < 1 << 16 and 16 <= len(key) <= 64):
                raise ValueError(f"key {key_id} must have an id below 65536 and 16 to 64 octets")
        self._current = current
        # A keyed state is made once per key and purpose; copying it costs half of making a new one.
        self._states = {
            (key_id, purpose): hashlib.blake2b(purpose.value.encode(), key=key, digest_size=_CODE)
            for key_id, key in keys.items()
            for purpose in TokenPurpose
        }

    def sign(self, purpose: TokenPurpose, message: int, *, link: int = 0, day: int) -> str:
        """Return a token: `message` below 2**48, `link` below 2**40, `day` in days since 1970."""
        return self.plan(((purpose, link),))(message, day)[0]

    def plan(self, wanted: Sequence[tuple[TokenPurpose, int]]) -> Callable[[int, int], list[str]]:
        """Return a function from message and day to the tokens for these pairs of purpose and link, in their order.

        Everything that the messages of a campaign share is hashed and written beforehand.
        """
        prepared = []
        for purpose, link in wanted:
            state = self._states[self._current, purpose].copy()
            state.update(link.to_bytes(_LINK))
            prepared.append((state.copy, _write(link.to_bytes(_LINK))))
        key_id = self._current.to_bytes(2)
        triples, letters = _TRIPLES, _ALPHABET

        def sign_planned(message: int, day: int) -> list[str]:
            head = key_id + message.to_bytes(6) + day.to_bytes(2)
            opening = _write(head)
            tokens = []
            for copy, link in prepared:
                state = copy()
                state.update(head)
                code = int.from_bytes(state.digest())
                # Unrolled: the base64 module writes base32 in Python, at three times the cost.
                tokens.append(
                    f"{opening}{link}{triples[code >> 65]}{triples[code >> 50 & 0x7FFF]}{triples[code >> 35 & 0x7FFF]}"
                    f"{triples[code >> 20 & 0x7FFF]}{triples[code >> 5 & 0x7FFF]}{letters[code & 0x1F]}"
                )
            return tokens

        return sign_planned

    def read(self, text: str, *, purpose: TokenPurpose, today: int) -> Token:
        """Return the content of a token; raises TokenRefused unless it is signed, for this purpose, and not expired."""
        if len(text) != _LENGTH or not text.isascii():
            raise TokenRefused("malformed")
        try:
            octets = base64.b32decode(text.upper())
        except ValueError:
            raise TokenRefused("malformed") from None
        key_id = int.from_bytes(octets[:2])
        state = self._states.get((key_id, purpose))
        if state is None:
            raise TokenRefused("unknown key")
        state = state.copy()
        state.update(octets[_HEAD : _HEAD + _LINK] + octets[:_HEAD])
        if not hmac.compare_digest(state.digest(), octets[_HEAD + _LINK :]):
            raise TokenRefused("forged")
        day = int.from_bytes(octets[8:10])
        if today > day + LIFETIME[purpose]:
            raise TokenRefused("expired")
        return Token(
            key_id=key_id,
            purpose=purpose,
            message=int.from_bytes(octets[2:8]),
            link=int.from_bytes(octets[10:15]),
            day=day,
        )


def _write(octets: bytes) -> str:
    return base64.b32encode(octets).decode("ascii").lower()
