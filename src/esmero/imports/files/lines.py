"""Iterate over the physical lines of a file in constant memory, with the offset after each, at which a job resumes."""

from collections.abc import Iterator
from typing import BinaryIO

from esmero.imports.files.problem import FileProblem

MOST_OCTETS = 1_000_000
_BLOCK = 64 * 1024


class Lines(Iterator[str]):
    """Yield decoded lines. `offset` is where the next line begins, `number` the count of lines read so far.

    Every line ends in one line feed, whatever terminator the file has.
    """

    def __init__(self, file: BinaryIO, *, encoding: str, newline: str, offset: int, number: int = 0) -> None:
        self.offset = offset
        self.number = number
        self._file = file
        self._encoding = encoding
        self._unit = newline.encode(encoding)
        self._width = len("\n".encode(encoding))
        self._buffer = b""
        self._at = 0
        file.seek(offset)

    def __next__(self) -> str:
        end = self._find_end()
        if end == self._at:
            raise StopIteration
        raw = self._buffer[self._at : end]
        self._at = end
        self.number += 1
        try:
            text = raw.decode(self._encoding)
        except UnicodeDecodeError as trouble:
            raise FileProblem(
                "octet-unreadable", line=self.number, value=trouble.start + 1, encoding=self._encoding
            ) from None
        self.offset += len(raw)
        body = text.rstrip("\r\n")
        return (body.replace("\r", " ") if "\r" in body else body) + "\n"

    def _find_end(self) -> int:
        scan = self._at
        while True:
            found = self._buffer.find(self._unit, scan)
            # In UTF-16 and UTF-32 the octets of a line feed also occur across two characters: skip those.
            while found >= 0 and (found - self._at) % self._width:
                found = self._buffer.find(self._unit, found + 1)
            if found >= 0:
                return found + len(self._unit)
            block = self._file.read(_BLOCK)
            if not block:
                return len(self._buffer)
            # The terminator may be split between two blocks.
            scan = max(len(self._buffer) - self._at - self._width, 0)
            self._buffer = self._buffer[self._at :] + block
            self._at = 0
            if len(self._buffer) > MOST_OCTETS + _BLOCK:
                raise FileProblem("line-too-long", line=self.number + 1, most=MOST_OCTETS)
