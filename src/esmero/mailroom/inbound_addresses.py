"""Parse inbound addresses (return paths, reply and unsubscribe tokens) into brand, message and purpose."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from esmero.house.models import Brand
from esmero.rendering.mime.headers import write_domain
from esmero.rendering.tokens import Signer, TokenPurpose, TokenRefused

# RFC 5321 4.5.1 and RFC 2142 require these mailboxes in every domain that accepts mail; "returns" is an addition.
MAILBOXES = frozenset({"returns", "postmaster", "abuse"})

_PURPOSES = {purpose.value: purpose for purpose in (TokenPurpose.RETURN, TokenPurpose.REPLY, TokenPurpose.UNSUBSCRIBE)}
_WRITTEN = re.compile(r"\b(?:([rpu])-([a-z2-7]{40})@|/([uwf])/([a-z2-7]{40})\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InboundAddress:
    """Describe an inbound address: its brand, and the content of its token (purpose None, message 0 without one)."""

    brand: Brand
    purpose: TokenPurpose | None
    message: int


class UnknownAddress(Exception):
    """Report that no mailbox has this address; the text may be sent to the sender of the mail."""


class AddressBook:
    """Hold the return domains of the brands, as they were when it was created."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._brands: dict[str, list[Brand]] = {}
        for brand in Brand.objects.order_by("id"):
            self._brands.setdefault(_plain_domain(brand.return_domain), []).append(brand)

    def read(self, address: str, *, at: datetime) -> InboundAddress:
        """Parse an address; raises UnknownAddress if its domain, its mailbox or its token is not ours."""
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
        """Return the first inbound address among these; one with a token is preferred to a plain mailbox."""
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

    def find_message(self, text: str, *, at: datetime) -> int:
        """Return the message whose token a text contains, in an address or a link; 0 if none."""
        for letter, code in _find_tokens(text):
            try:
                return self._signer.read(code, purpose=TokenPurpose(letter), today=day_of(at)).message
            except TokenRefused:
                continue
        return 0


def day_of(at: datetime) -> int:
    """Return the day of a time as tokens count it: days since 1970."""
    return int(at.timestamp()) // 86400


def _find_tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in _WRITTEN.finditer(text):
        yield (found[1] or found[3]).lower(), (found[2] or found[4]).lower()


def _plain_domain(domain: str) -> str:
    try:
        return write_domain(domain)
    except ValueError:
        return domain.lower()
