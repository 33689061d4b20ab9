"""Our own addresses, to which returns, replies and unsubscriptions come: which brand, which message, by which right."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from esmero.house.models import Brand
from esmero.rendering.mime.headers import write_domain
from esmero.rendering.tokens import Signer, TokenPurpose, TokenRefused

# RFC 5321 4.5.1 and RFC 2142: these must be answered for in every domain that takes mail; "returns" is our own plain one.
MAILBOXES = frozenset({"returns", "postmaster", "abuse"})

_PURPOSES = {purpose.value: purpose for purpose in (TokenPurpose.RETURN, TokenPurpose.REPLY, TokenPurpose.UNSUBSCRIBE)}
_WRITTEN = re.compile(r"\b(?:([rpu])-([a-z2-7]{40})@|/([uwf])/([a-z2-7]{40})\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InboundAddress:
    """One of our addresses: the brand, and what its token says (no purpose and message 0 for a plain mailbox)."""

    brand: Brand
    purpose: TokenPurpose | None
    message: int


class UnknownAddress(Exception):
    """Nobody reads this address here; the text is fit for the sender of the mail."""


class AddressBook:
    """The return domains of the brands, as they were when it was opened."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._brands: dict[str, list[Brand]] = {}
        for brand in Brand.objects.order_by("id"):
            self._brands.setdefault(_plain_domain(brand.return_domain), []).append(brand)

    def read(self, address: str, *, at: datetime) -> InboundAddress:
        """Say what an address is to us; raises NotOurs when its domain, its mailbox or its token is not."""
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        brands = self._brands.get(_plain_domain(domain), [])
        if not brands:
            raise UnknownAddress(f"We take no mail for {domain[:255] or 'an address without a domain'}.")
        letter, dash, code = local.partition("-")
        if dash and letter in _PURPOSES:
            try:
                token = self._signer.read(code, purpose=_PURPOSES[letter], today=day_of(at))
            except TokenRefused as refusal:
                words = "has expired" if refusal.reason == "expired" else "does not exist"
                raise UnknownAddress(f"This address {words}.") from refusal
            return InboundAddress(brands[0], token.purpose, token.message)
        if local in MAILBOXES:
            return InboundAddress(brands[0], None, 0)
        for brand in brands:
            if brand.sender_address.lower() == f"{local}@{domain}":
                return InboundAddress(brand, None, 0)
        raise UnknownAddress("This mailbox does not exist.")

    def first(self, addresses: Iterable[str], *, at: datetime) -> InboundAddress | None:
        """Return what the first of these addresses that is ours says; one with a token goes before a plain mailbox."""
        plain = None
        for address in addresses:
            try:
                found = self.read(address, at=at)
            except UnknownAddress:
                continue
            if found.purpose is not None:
                return found
            plain = plain or found
        return plain

    def find_written(self, text: str, *, at: datetime) -> int:
        """Return the message whose token stands in a text, as an address or a link of ours; 0 when none does."""
        for letter, code in _written(text):
            try:
                return self._signer.read(code, purpose=TokenPurpose(letter), today=day_of(at)).message
            except TokenRefused:
                continue
        return 0


def day_of(at: datetime) -> int:
    """Return the day of a moment as tokens count it: days since 1970."""
    return int(at.timestamp()) // 86400


def _written(text: str) -> Iterator[tuple[str, str]]:
    for found in _WRITTEN.finditer(text):
        yield (found[1] or found[3]).lower(), (found[2] or found[4]).lower()


def _plain_domain(domain: str) -> str:
    try:
        return write_domain(domain)
    except ValueError:
        return domain.lower()
