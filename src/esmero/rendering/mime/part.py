"""One body part as a printing plate: its constant chunks are encoded once, a message fills in only what is personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import escape

from esmero.rendering.mime.encoding import (
    REMEMBERED,
    base64_lines,
    is_shorter_in_base64,
    quote_chunk,
    quote_markup,
    quote_value,
)
from esmero.rendering.templates.compiled_text import CompiledText, JinjaSteps, TemplateField, TokenLink, part_ways

# "=_" can occur neither in quoted-printable nor in base64 (RFC 2045, section 6.7), so no body can hold the boundary.
BOUNDARY = "=_esmero_alternative"

# A chunk of a step: encoded already, or a row of encoded chunks and places of tokens.
type _Chunk = bytes | tuple[bytes | int, ...]


class EncodedPart(Protocol):
    """Gives the octets of one body part, boundary and headers of the part included."""

    def print(self, values: Mapping[str, object], tokens: Sequence[str]) -> list[bytes]: ...


def encode_part(pattern: CompiledText, *, subtype: str, ways: Sequence[TokenLink], base_url: str) -> EncodedPart:
    """Choose the encoding by the constant text; `ways` gives the order in which tokens will come."""
    constant = "".join(piece for piece in pattern.pieces if isinstance(piece, str))
    if is_shorter_in_base64(constant):
        return _Base64Part(pattern, subtype=subtype, ways=ways, base_url=base_url)
    return _QuotedPrintablePart(pattern, subtype=subtype, ways=ways, base_url=base_url)


def _part_head(subtype: str, encoding: str) -> bytes:
    head = (
        f"--{BOUNDARY}\r\nContent-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode()


def _start(base_url: str, way: TokenLink) -> str:
    return f"{base_url}/{way.purpose.value}/"


class _Base64Part:
    """For scripts that quoted-printable would triple: rendered whole, then encoded whole."""

    def __init__(self, pattern: CompiledText, *, subtype: str, ways: Sequence[TokenLink], base_url: str) -> None:
        self._pattern = pattern
        self._head = _part_head(subtype, "base64")
        self._starts = [(way, _start(base_url, way)) for way in ways]

    def print(self, values: Mapping[str, object], tokens: Sequence[str]) -> list[bytes]:
        urls = {way: start + token for (way, start), token in zip(self._starts, tokens, strict=True)}
        return [self._head, base64_lines(self._pattern.render(values, urls))]


@dataclass(frozen=True, slots=True, eq=False)
class _EncodedSteps:
    steps: JinjaSteps
    table: Mapping[str, _Chunk]

    def print(self, values: Mapping[str, object], quoted_tokens: Sequence[bytes]) -> bytes:
        table, written = self.table, []
        for chunk in self.steps.chunks(values):
            known = table.get(chunk)
            if known is None:
                written.append(quote_value(chunk) if len(chunk) <= REMEMBERED else quote_chunk(chunk))
            elif type(known) is bytes:
                written.append(known)
            else:
                written += [each if type(each) is bytes else quoted_tokens[each] for each in known]  # type: ignore[index]
        return b"".join(written)


class _QuotedPrintablePart:
    """Quoted-printable in chunks; the pieces lie in one list, of which a message's copy gets its gaps filled."""

    def __init__(self, pattern: CompiledText, *, subtype: str, ways: Sequence[TokenLink], base_url: str) -> None:
        self._markup = pattern.markup
        self._pieces: list[bytes] = [_part_head(subtype, "quoted-printable")]
        self._tokens: list[tuple[int, int]] = []
        self._steps: list[tuple[int, _EncodedSteps]] = []
        self._fields: list[tuple[TemplateField, list[int]]] = []
        places = {way: place for place, way in enumerate(ways)}
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
        # Every part ends with a line end of its own; the break after it belongs to the boundary.
        self._pieces[-1] = self._pieces[-1].removesuffix(b"=\r\n") + b"\r\n"

    def print(self, values: Mapping[str, object], tokens: Sequence[str]) -> list[bytes]:
        pieces = self._pieces.copy()
        quoted = [f"{token}=\r\n".encode("ascii") for token in tokens]
        for gap, place in self._tokens:
            pieces[gap] = quoted[place]
        quote = quote_markup if self._markup else quote_value
        for field, gaps in self._fields:
            text = field.read(values)
            short = len(text) <= REMEMBERED
            chunk = quote(text) if short else quote_chunk(str(escape(text)) if self._markup else text)
            for gap in gaps:
                pieces[gap] = chunk
        for gap, steps in self._steps:
            pieces[gap] = steps.print(values, quoted)
        return pieces


def _encode_constant(text: str, *, places: Mapping[TokenLink, int], base_url: str) -> _Chunk:
    written: list[bytes | int] = []
    for part in part_ways(text):
        if isinstance(part, TokenLink):
            written += (quote_chunk(_start(base_url, part)), places[part])
        else:
            written.append(quote_chunk(part))
    return written[0] if len(written) == 1 and isinstance(written[0], bytes) else tuple(written)
