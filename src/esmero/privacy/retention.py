"""Terms of storage carried out: what is over its term goes, in bounded batches, each told to the audit log in numbers.

The terms are data of the countries' profiles (house/retention_terms.py): the house keeps to the shortest of those under which its
brands write, unless the operator set another. What never goes stands in KEPT. Every batch is a transaction of its own and
finds its rows anew, so a crash or a second run changes nothing but the time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from esmero.asks.models import Submission
from esmero.campaigns.lifecycle import outdate_dry_runs
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.conversations.models import Conversation, Entry
from esmero.house.audit import note
from esmero.house.jurisdictions import profile_of
from esmero.house.models import AuditEntry, Brand, User
from esmero.house.retention_terms import RetentionTerm, strictest
from esmero.mailroom.arriving.dmarc_reports import delete_reports
from esmero.mailroom.models import ClickTrace, DmarcReportFile, Inbound
from esmero.outbox.models import Captured, Message, MessageEvent
from esmero.people.models import Import, ImportLine, PermissionEntry
from esmero.privacy.models import AddressChange, DataAccess, DataRequest, Retention
from esmero.vault.files import discard, drop
from esmero.vault.models import StoredFile

type Rows = QuerySet[Any]

EVERY = timedelta(days=1)
MOST = 500
MOST_COUNTED = 10_000
# What no term ends, and why stands in words on the page: proofs of permission, and hashes of who is left alone.
KEPT = ("permission-ledger", "suppression")
_FINAL = (Message.State.SENT, Message.State.REFUSED, Message.State.GAVE_UP, Message.State.CANCELLED)
_ENDED = (Campaign.State.DONE, Campaign.State.CANCELLED)
_PROVES = PermissionEntry.objects.filter(proof=OuterRef("pk"))


class TermTooLong(Exception):
    """A term longer than the law leaves, or none at all."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """`find` gives for each table the rows that are over their term at a moment; `end` ends some, by id, at a moment."""

    find: tuple[Callable[[datetime], Rows], ...]
    end: Callable[[type[Any], list[Any], datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStatus:
    """A rule as it holds in this house, with what it did."""

    code: str
    term: RetentionTerm
    days: int
    is_own: bool
    row: Retention | None


def house_terms() -> dict[str, RetentionTerm]:
    """Return by rule the strictest term of the profiles under which the house's brands write."""
    codes = Brand.objects.order_by("profile").values_list("profile", flat=True).distinct()
    return strictest(profile_of(code).terms for code in codes)


def list_standings() -> list[RuleStatus]:
    """Return all rules in their order. Two queries."""
    rows = {row.code: row for row in Retention.objects.all()}
    return [
        _standing(code, term=term, row=rows.get(code)) for code, term in house_terms().items() if code in RULES
    ]  # fmt: skip


def _standing(code: str, *, term: RetentionTerm, row: Retention | None) -> RuleStatus:
    own = row.days if row is not None else None
    days = term.days if own is None else min(own, term.longest)
    return RuleStatus(code=code, term=term, days=days, is_own=own is not None, row=row)


def set_days(code: str, *, days: int | None, by: User | str) -> None:
    """Set the operator's own term of a rule; None goes back to the profile's.

    Raises:
        KeyError: there is no such rule.
        TooLong: less than a day, or more than the law leaves.

    """
    term = house_terms()[code]
    if days is not None and not 1 <= days <= term.longest:
        raise TermTooLong(str(term.longest))
    with transaction.atomic():
        row, _made = Retention.objects.get_or_create(code=code)
        if row.days == days:
            return
        Retention.objects.filter(pk=row.pk).update(days=days, next_at=None)
        note("retention.term", by=by, facts={"code": code, "from": row.days or term.days, "to": days or term.days})


def count_over(at: datetime, *, most: int = MOST_COUNTED) -> dict[str, int]:
    """Return by rule how much would go at this moment, counted up to `most`; nothing is changed."""
    return {one.code: _count(one, at=at, most=most) for one in list_standings()}


def _count(standing: RuleStatus, *, at: datetime, most: int) -> int:
    cut = at - timedelta(days=standing.days)
    return sum(find(cut).order_by()[:most].count() for find in RULES[standing.code].find)


def count_again(at: datetime) -> None:
    """Store for the page how much of each rule goes at its next look."""
    for standing in list_standings():
        Retention.objects.update_or_create(
            code=standing.code, defaults={"due": _count(standing, at=at, most=MOST_COUNTED), "looked_at": at}
        )


def keep_terms(*, at: datetime) -> int:
    """Do one batch of the first rule whose look is due; returns how many rows went. A demo's people are invented: none."""
    if settings.ESMERO.demo:
        return 0
    resting = set(Retention.objects.filter(next_at__gt=at).values_list("code", flat=True))
    code = next((code for code in RULES if code not in resting), None)
    return 0 if code is None else carry_out(code, at=at)


def carry_out(code: str, *, at: datetime, by: str = "worker", most: int = MOST) -> int:
    """End the first `most` rows of a rule that are over their term; 0 when nothing is left, and the pass is told."""
    with transaction.atomic():
        Retention.objects.get_or_create(code=code)
        row = Retention.objects.select_for_update().get(code=code)
        standing = _standing(code, term=house_terms()[code], row=row)
        cut = at - timedelta(days=standing.days)
        gone = 0
        for find in RULES[code].find:
            rows = find(cut)
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[: most - gone])
            if ids:
                RULES[code].end(rows.model, ids, at)
                gone += len(ids)
            if gone >= most:
                break
        row.going += gone
        row.looked_at = at
        if gone < most:  # the pass is over
            row.next_at = at + EVERY
            row.due = _count(standing, at=row.next_at, most=MOST_COUNTED)
            if row.going:
                row.done, row.done_at = row.going, at
                note("retention.done", by=by, facts={"code": code, "rows": row.going, "days": standing.days})
            row.going = 0
        row.save()
    return gone


def carry_out_all(*, at: datetime, by: str) -> dict[str, int]:
    """End all that is over its term, rule by rule; returns how many rows went."""
    return {code: sum(iter(partial(carry_out, code, at=at, by=by), 0)) for code in RULES}


def _erase(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    model._default_manager.filter(pk__in=ids).delete()


def _erase_with_bytes(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    rows = model._default_manager.filter(pk__in=ids)
    papers = list(rows.values_list("raw", flat=True))
    rows.delete()
    discard(papers)


def _forget_reports(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    delete_reports(ids)


def _drop(model: type[Any], ids: list[Any], at: datetime) -> None:
    if model is StoredFile:
        drop(ids, at=at)
    elif model is Import:
        drop(_files_of(ids), at=at)
    else:
        rows = Inbound.objects.filter(pk__in=ids)
        rows.update(envelope_from="")
        drop(rows.values_list("raw", flat=True), at=at)


def _files_of(ids: Iterable[int]) -> list[int]:
    """Return the sealed files of imports: what was brought, and what was read out of a workbook."""
    files, texts = [], set()
    for file, reading in Import.objects.filter(pk__in=list(ids)).values_list("file", "reading"):
        files.append(file)
        texts.add(reading.get("text") or "")
    kept = StoredFile.objects.filter(Exists(_PROVES), sha256__in=texts).values("sha256")
    others = StoredFile.objects.filter(sha256__in=texts - {""}).exclude(sha256__in=kept)
    return [*files, *others.values_list("pk", flat=True)]


def _anonymise_messages(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    hashes = Message.objects.filter(pk__in=ids, payload__isnull=False).values_list("payload__sealed", flat=True)
    papers = list(StoredFile.objects.filter(sha256__in=[one for one in hashes if one]).values_list("pk", flat=True))
    Message.objects.filter(pk__in=ids).update(address="", objections=None, trouble="", payload=None)
    events = [one for one in MessageEvent.objects.filter(message__in=ids) if set(one.facts) - {"meaning"}]
    for one in events:  # the meaning is a word of ours; the relay's own words may hold the address
        one.facts = {"meaning": one.facts["meaning"]} if "meaning" in one.facts else {}
    MessageEvent.objects.bulk_update(events, ["facts"], batch_size=200)
    discard(papers)


def _anonymise_lines(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    ImportLine.objects.filter(pk__in=ids).update(number="", cell="")


def _anonymise_sign_ups(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    Submission.objects.filter(pk__in=ids).update(address="", values={}, person=None, message=None)


def _anonymise_conversations(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    entries = Entry.objects.filter(conversation__in=ids)
    papers = list(entries.exclude(raw=None).values_list("raw", flat=True))
    entries.update(author="", subject="", text="", full_text="", message_id="", raw=None)
    Conversation.objects.filter(pk__in=ids).update(person=None, address="", subject="", state=Conversation.State.CLOSED)
    discard(papers)


def _erase_dry_runs(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    """Erase verdicts; a campaign that was only checked is a draft again, since nothing could be frozen any more."""
    rows = AudienceMember.objects.filter(pk__in=ids)
    outdate_dry_runs(rows.order_by().values_list("campaign", flat=True).distinct(), by="terms of storage")
    rows.filter(campaign__state__in=(*_ENDED, Campaign.State.DRAFT)).delete()


def _arrived(cut: datetime) -> Rows:
    """Mail that was read and whose bytes prove nothing: a request to leave stays as proof of the withdrawal."""
    proves = PermissionEntry.objects.filter(proof=OuterRef("raw"))
    return Inbound.objects.filter(
        ~Exists(proves), state=Inbound.State.DONE, received_at__lt=cut, raw__dropped_at__isnull=True
    )


def _left(cut: datetime) -> Rows:
    old = Q(sent_at__lt=cut) | Q(sent_at__isnull=True, judged_at__lt=cut)
    return Message.objects.filter(old, state__in=_FINAL).exclude(address="")


def _papers_of_imports(cut: datetime) -> Rows:
    proves = PermissionEntry.objects.filter(proof=OuterRef("file"))
    ended = Q(finished_at__lt=cut) | Q(
        finished_at=None, created_at__lt=cut, state__in=(Import.State.DRAFT, Import.State.CHECKED, Import.State.FAILED)
    )
    return Import.objects.filter(ended, ~Exists(proves), file__dropped_at=None)


def _lines(cut: datetime) -> Rows:
    tried = Q(of__finished_at=None, of__created_at__lt=cut, of__state__in=(Import.State.CHECKED, Import.State.FAILED))
    lines = ImportLine.objects.filter(Q(of__finished_at__lt=cut, verdict=ImportLine.Verdict.REFUSED) | tried)
    return lines.exclude(number="", cell="")


def _confirmed(cut: datetime) -> Rows:
    rows = Submission.objects.filter(state=Submission.State.CONFIRMED, confirmed_at__lt=cut)
    return rows.exclude(address="")


def _talks(cut: datetime) -> Rows:
    """Conversations at rest: one that waits for us stays in sight until somebody answers or closes it."""
    rows = Conversation.objects.filter(last_at__lt=cut).exclude(state=Conversation.State.WAITING_FOR_US)
    return rows.exclude(address="")


def _dry_runs(cut: datetime) -> Rows:
    ended = Q(state__in=_ENDED, finished_at__lt=cut)
    checked = Q(state=Campaign.State.CHECKED, checked_at__lt=cut)
    changed = Q(state=Campaign.State.DRAFT, created_at__lt=cut)  # the check that it has rows of holds no more
    return AudienceMember.objects.filter(campaign__in=Campaign.objects.filter(ended | checked | changed))


RULES: Mapping[str, RetentionRule] = {
    "arrived-mail": RetentionRule((_arrived,), _drop),
    "unread-mail": RetentionRule(
        (lambda cut: Inbound.objects.filter(state=Inbound.State.FAILED, received_at__lt=cut),), _erase_with_bytes
    ),
    "caught-mail": RetentionRule((lambda cut: Captured.objects.filter(at__lt=cut),), _erase),
    "own-letters": RetentionRule((lambda cut: StoredFile.objects.filter(keep_until__lt=cut, dropped_at=None),), _drop),
    "messages": RetentionRule((_left,), _anonymise_messages),
    "import-files": RetentionRule((_papers_of_imports,), _drop),
    "import-lines": RetentionRule((_lines,), _anonymise_lines),
    "sign-ups": RetentionRule(
        (lambda cut: Submission.objects.filter(state=Submission.State.PENDING, at__lt=cut),), _erase
    ),
    "confirmed-sign-ups": RetentionRule((_confirmed,), _anonymise_sign_ups),
    "conversations": RetentionRule((_talks,), _anonymise_conversations),
    "dry-runs": RetentionRule((_dry_runs,), _erase_dry_runs),
    "click-traces": RetentionRule((lambda cut: ClickTrace.objects.filter(at__lt=cut),), _erase),
    "data-links": RetentionRule(
        (lambda cut: DataAccess.objects.filter(at__lt=cut), lambda cut: AddressChange.objects.filter(at__lt=cut)), _erase
    ),
    "data-requests": RetentionRule((lambda cut: DataRequest.objects.filter(answered_at__lt=cut),), _erase),
    "audit": RetentionRule((lambda cut: AuditEntry.objects.filter(at__lt=cut),), _erase),
    "sessions": RetentionRule(
        (
            lambda cut: UserSession.objects.filter(
                session_key__in=Session.objects.filter(expire_date__lt=cut).values("session_key")
            ),
            lambda cut: Session.objects.filter(expire_date__lt=cut),
        ),
        _erase,
    ),
    "dmarc": RetentionRule((lambda cut: DmarcReportFile.objects.filter(end__lt=cut),), _forget_reports),
}  # fmt: skip
