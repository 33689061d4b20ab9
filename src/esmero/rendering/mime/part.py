"""Render one body part: constant chunks are encoded once, each message inserts only personal values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import escape

from esmero.rendering.mime.encoding import (
    MAX_CACHED,
    base64_lines,
    is_shorter_in_base64,
    quote_chunk,
    quote_markup,
    quote_value,
)
from esmero.rendering.templates.compiled_text import (
    CompiledText,
    JinjaSteps,
    TemplateField,
    TokenLink,
    split_token_links,
)

# "=_" can occur neither in quoted-printable nor in base64 (RFC 2045, section 6.7), so no body can hold the boundary.
BOUNDARY = "=_esmero_alternative"
MIXED_BOUNDARY = "=_esmero_mixed"

# A chunk of a step: encoded already, or a tuple of encoded chunks and indexes of tokens.
type _Chunk = bytes | tuple[bytes | int, ...]


class EncodedPart(Protocol):
    """Render the octets of one body part, with its boundary and its headers."""

    def render(self, values: Mapping[str, object], tokens: Sequence[str]) -> list[bytes]: ...


def encode_part(pattern: CompiledText, *, subtype: str, token_links: Sequence[TokenLink], base_url: str) -> EncodedPart:
    """Choose the transfer encoding by the constant text; `token_links` gives the order of the tokens."""
    constant = "".join(piece for piece in pattern.pieces if isinstance(piece, str))
    if is_shorter_in_base64(constant):
        return _Base64Part(pattern, subtype=subtype, token_links=token_links, base_url=base_url)
    return _QuotedPrintablePart(pattern, subtype=subtype, token_links=token_links, base_url=base_url)


def _part_head(subtype: str, encoding: str) -> bytes:
    head = (
        f"--{BOUNDARY}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode()


def _start(base_url: str, token_link: TokenLink) -> str:
    return f"{base_url}/{token_link.purpose.value}/"


class _Base64Part:
    """Render a part as a whole and encode it in base64, for scripts that quoted-printable would triple in size."""

    def __init__(self, pattern: CompiledText, *, subtype: str, token_links: Sequence[TokenLink], base_url: str) -> None:
        self._pattern = pattern
        self._head = _part_head(subtype, "base64")
        self._starts = [(token_link, _start(base_url, token_link)) for token_link in token_links]

    def render(self, values: Mapping[str, object], tokens: Sequence[str]) -> list[bytes]:
        urls = {token_link: start + token for (token_link, start), token in zip(self._starts, tokens, strict=True)}
        return [self._head, base64_lines(self._pattern.render(values, urls))]


@dataclass(frozen=True, slots=True, eq=False)
class _EncodedSteps:
    steps: JinjaSteps
    table: Mapping[str, _Chunk]

    def render(self, values: Mapping[str, object], quoted_tokens: Sequence[bytes]) -> bytes:
        table, written = self.table, []
        for chunk in self.steps.chunks(values):
            known = table.get(chunk)
            if known is None:
                written.append(quote_value(chunk) if len(chunk) <= MAX_CACHED else quote_chunk(chunk))
            elif type(known) is bytes:
                written.append(known)
            else:
                written += [
                    part if type(part) is bytes else quoted_tokens[part]  # type: ignore[index]
                    for part in known
                ]
        return b"".join(written)


class _QuotedPrintablePart:
    """Hold a part as a list of quoted-printable chunks with gaps; a message copies the list and fills its gaps."""

    def __init__(self, pattern: CompiledText, *, subtype: str, token_links: Sequence[TokenLink], base_url: str) -> None:
        self._markup = pattern.markup
        self._pieces: list[bytes] = [_part_head(subtype, "quoted-printable")]
        self._tokens: list[tuple[int, int]] = []
        self._steps: list[tuple[int, _EncodedSteps]] = []
        self._fields: list[tuple[TemplateField, list[int]]] = []
        places = {token_link: place for place, token_link in enumerate(token_links)}
        gaps: dict[TemplateField, list[int]] = {}
        for piece in pattern.pieces:
            if isinstance(piece, str):
                self._pieces[-1] += quote_chunk(piece)
                continue
            if isinstance(piece, TokenLink):
                self._pieces[-1] += quote_chunk(_start(base_url, piece))
            gap = len(self._pieces)
            self._pieces += [b"", b""]
            if isinstance(piece, TokenLink):
                self._tokens.append((gap, places[piece]))
            elif isinstance(piece, TemplateField):
                gaps.setdefault(piece, []).append(gap)
            else:
                table = {text: _encode_constant(text, places=places, base_url=base_url) for text in piece.constants}
                self._steps.append((gap, _EncodedSteps(piece, table)))
        self._fields = list(gaps.items())
        # The line break before a boundary belongs to the boundary (RFC 2046, section 5.1.1), so the part needs its own.
        self._pieces[-1] = self._pieces[-1].removesuffix(b"=\r\n") + b"\r\n"

    def render(self, values: Mapping[str, object], tokens: Sequence[str]) -> list[bytes]:
        pieces = self._pieces.copy()
        quoted = [f"{token}=\r\n".encode("ascii") for token in tokens]
        for gap, place in self._tokens:
            pieces[gap] = quoted[place]
        quote = quote_markup if self._markup else quote_value
        for field, gaps in self._fields:
            text = field.read(values)
            short = len(text) <= MAX_CACHED
            chunk = quote(text) if short else quote_chunk(str(escape(text)) if self._markup else text)
            for gap in gaps:
                pieces[gap] = chunk
        for gap, steps in self._steps:
            pieces[gap] = steps.render(values, quoted)
        return pieces


def _encode_constant(text: str, *, places: Mapping[TokenLink, int], base_url: str) -> _Chunk:
    written: list[bytes | int] = []
    for part in split_token_links(text):
        if isinstance(part, TokenLink):
            written += (quote_chunk(_start(base_url, part)), places[part])
        else:
            written.append(quote_chunk(part))
    return written[0] if len(written) == 1 and isinstance(written[0], bytes) else tuple(written)
