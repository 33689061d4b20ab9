"""Read DMARC aggregate reports (RFC 9990; RFC 7489 appendix C) from hostile files.

A report is XML, mostly in gzip or zip, attached to a mail. Unpacked octets and rows are limited; entities and document
types are refused, and nothing is fetched.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from esmero.intake.mime.message import ParsedMessage, ParsedPart

MAX_UNPACKED = 20_971_520
"""Octets of XML that are read."""
MAX_ROWS = 10_000
MAX_WORD = 255
MAX_COUNT = 10**9
"""Highest message count accepted in a row; sums of sums must fit into 64 bits."""

_SUBJECT = re.compile(r"\breport[ -]domain\s*:", re.IGNORECASE)
_FILE = re.compile(r"^[^!/\\]{1,255}![^!]{1,255}!\d{6,12}!\d{6,12}|\bdmarc\b", re.IGNORECASE)
_TYPES = frozenset(
    {
        "application/gzip",
        "application/x-gzip",
        "application/gzip-compressed",
        "application/zip",
        "application/x-zip-compressed",
        "application/xml",
        "text/xml",
        "application/octet-stream",
        "application/tlsrpt+gzip",
    }
)


class UnreadableDmarcReport(Exception):
    """Report that a file is presented as a DMARC report but cannot be read; the text gives the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcRecord:
    """Describe the mail of one source as one receiver evaluated it.

    `dkim` and `spf`: the check passed *and* the domain was aligned.
    """

    source: str
    count: int
    disposition: str
    dkim: bool
    spf: bool
    reasons: tuple[str, ...]
    header_from: str
    envelope_from: str
    envelope_to: str
    dkim_domain: str
    dkim_selector: str
    dkim_result: str
    spf_domain: str
    spf_result: str

    @property
    def aligned(self) -> bool:
        """Say whether DMARC passed: one of the two is enough (RFC 9989 section 5)."""
        return self.dkim or self.spf


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcReport:
    """Describe one receiver's report on one domain and one period. `truncated`: rows were left out."""

    organisation: str
    contact: str
    report_id: str
    begin: datetime
    end: datetime
    domain: str
    policy: str
    subdomain_policy: str
    rows: tuple[DmarcRecord, ...]
    truncated: bool


def find_report(message: ParsedMessage) -> DmarcReport | None:
    """Return the report that a message carries, or None. Raises UnreadableDmarcReport."""
    announced = bool(_SUBJECT.search(message.headers.get("subject")))
    for part in message.parts:
        if part.type in _TYPES and (announced or _FILE.search(_name_of(part))):
            return read_report(part.content)
    return None


def read_report(octets: bytes) -> DmarcReport:
    """Read a report from a file: XML, or XML in gzip or zip. Raises UnreadableDmarcReport."""
    xml = _unpack(octets)
    facts: dict[str, str] = {}
    rows: list[DmarcRecord] = []
    truncated = False
    try:
        for path, node in _walk(xml):
            if path == ("feedback", "record"):
                if len(rows) < MAX_ROWS:
                    rows.append(_read_row(node))
                else:
                    truncated = True
                node.clear()  # a report of 20 MB would otherwise stay in memory as a tree
            elif len(path) == 3 and path[1] in {"report_metadata", "policy_published"}:
                facts.setdefault(f"{path[1]}/{path[2]}", _word(node))
            elif len(path) == 4 and path[2] == "date_range":
                facts.setdefault(path[3], _word(node))
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise UnreadableDmarcReport(f"It is no XML that can be read: {str(fault)[:200]}") from fault
    domain = facts.get("policy_published/domain", "").lower().rstrip(".")
    if not domain:
        raise UnreadableDmarcReport("It names no domain (policy_published/domain).")
    return DmarcReport(
        organisation=facts.get("report_metadata/org_name", ""),
        contact=facts.get("report_metadata/email", ""),
        report_id=facts.get("report_metadata/report_id", ""),
        begin=_read_time(facts.get("begin", "")),
        end=_read_time(facts.get("end", "")),
        domain=domain,
        policy=facts.get("policy_published/p", "").lower(),
        subdomain_policy=facts.get("policy_published/sp", "").lower(),
        rows=tuple(rows),
        truncated=truncated,
    )


def _name_of(part: ParsedPart) -> str:
    _, disposition = part.headers.params("content-disposition")
    _, kind = part.headers.params()
    return disposition.get("filename", "") or kind.get("name", "")


def _unpack(octets: bytes) -> bytes:
    # By magic number, because media types and file names are often wrong.
    if octets[:2] == b"\x1f\x8b":
        return _inflate(octets)
    if octets[:4] == b"PK\x03\x04":
        return _unzip(octets)
    if len(octets) > MAX_UNPACKED:
        raise UnreadableDmarcReport(f"It is larger than {MAX_UNPACKED} octets.")
    return octets


def _inflate(octets: bytes) -> bytes:
    machine = zlib.decompressobj(wbits=31)
    try:
        found = machine.decompress(octets, MAX_UNPACKED + 1)
    except zlib.error as fault:
        raise UnreadableDmarcReport(f"The gzip file is damaged: {fault}") from fault
    if len(found) > MAX_UNPACKED:
        raise UnreadableDmarcReport(f"Unpacked it is larger than {MAX_UNPACKED} octets.")
    return found


def _unzip(octets: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            names = archive.infolist()[:10]
            name = next((one for one in names if one.filename.lower().endswith(".xml")), names[0] if names else None)
            if name is None:
                raise UnreadableDmarcReport("The zip file is empty.")
            with archive.open(name) as file:
                found = file.read(MAX_UNPACKED + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, ValueError, EOFError) as fault:
        raise UnreadableDmarcReport(f"The zip file is damaged: {str(fault)[:200]}") from fault
    if len(found) > MAX_UNPACKED:
        raise UnreadableDmarcReport(f"Unpacked it is larger than {MAX_UNPACKED} octets.")
    return found


def _walk(xml: bytes) -> Iterator[tuple[tuple[str, ...], Element]]:
    """Yield each element at its end with its path of names, without name spaces (RFC 9990 has one, RFC 7489 none)."""
    path: list[str] = []
    for event, node in iterparse(io.BytesIO(xml), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            path.append(_local(node))
            if len(path) > 32:
                raise ValueError("it is nested too deeply")
            continue
        yield tuple(path), node
        path.pop()


def _read_row(record: Element) -> DmarcRecord:
    by_path = {"/".join(path): node for path, node in _leaves(record)}

    def word(path: str) -> str:
        node = by_path.get(path)
        return _word(node) if node is not None else ""

    dkim = [leaf for leaf in record.iter() if _local(leaf) == "dkim" and len(leaf)]
    chosen = next((leaf for leaf in dkim if _child(leaf, "result") == "pass"), dkim[0] if dkim else None)
    reasons = tuple(dict.fromkeys(_child(leaf, "type") for leaf in record.iter() if _local(leaf) == "reason"))
    return DmarcRecord(
        source=word("row/source_ip")[:45],
        count=_number(word("row/count")),
        disposition=word("row/policy_evaluated/disposition").lower()[:20],
        dkim=word("row/policy_evaluated/dkim").lower() == "pass",
        spf=word("row/policy_evaluated/spf").lower() == "pass",
        reasons=tuple(reason for reason in reasons if reason)[:10],
        header_from=word("identifiers/header_from").lower(),
        envelope_from=word("identifiers/envelope_from").lower(),
        envelope_to=word("identifiers/envelope_to").lower(),
        dkim_domain=_child(chosen, "domain").lower() if chosen is not None else "",
        dkim_selector=_child(chosen, "selector") if chosen is not None else "",
        dkim_result=_child(chosen, "result").lower()[:20] if chosen is not None else "",
        spf_domain=word("auth_results/spf/domain").lower(),
        spf_result=word("auth_results/spf/result").lower()[:20],
    )


def _leaves(record: Element) -> Iterator[tuple[tuple[str, ...], Element]]:
    stack: list[tuple[tuple[str, ...], Element]] = [((_local(child),), child) for child in record]
    for _ in range(500):
        if not stack:
            return
        path, node = stack.pop(0)
        yield path, node
        stack.extend(((*path, _local(child)), child) for child in node)


def _child(node: Element, name: str) -> str:
    return next((_word(child) for child in node if _local(child) == name), "")


def _local(node: Element) -> str:
    return str(node.tag).rpartition("}")[2].lower()


def _word(node: Element) -> str:
    return " ".join((node.text or "").split())[:MAX_WORD]


def _number(word: str) -> int:
    return min(int(word), MAX_COUNT) if word.isdecimal() and len(word) < 20 else 0


def _read_time(word: str) -> datetime:
    """Return a time given in seconds since 1970; 1970-01-01 if it is not a number."""
    try:
        return datetime.fromtimestamp(int(word), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(1970, 1, 1, tzinfo=UTC)
