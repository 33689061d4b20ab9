"""Read the Range field of a request (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Hold the first octet and the number of octets of a part."""

    start: int
    length: int


def read_range(header: str, *, size: int) -> ByteRange | None:
    """Return the part that is asked for; None to send all, as a server may for several or malformed ranges (14.2).

    The part is empty if no octet of the file lies within the range, which is answered by 416 (15.5.17).
    """
    found = _ONE_RANGE.fullmatch(header)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:  # the last octets
        length = min(int(found[2]), size)
        return ByteRange(size - length, length)
    start = int(found[1])
    if found[2] and int(found[2]) < start:
        return None
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    return ByteRange(start, max(0, end - start + 1))
