"""Apply retention terms: rows past their term are deleted or anonymised in bounded batches, with audited counts.

The terms are data of the jurisdiction profiles (house/profiles/). The shortest term of the brands' profiles
applies, unless the operator set another. NEVER_EXPIRES lists the exceptions. Every batch is a transaction of its own
and selects its rows anew, so a crash or a second run is harmless.
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
from esmero.campaigns.lifecycle import invalidate_dry_runs
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.conversations.models import Conversation, Entry
from esmero.grants.models import Grant
from esmero.house.audit import note
from esmero.house.jurisdictions import profile_of
from esmero.house.models import AuditEntry, Brand, Happening, HappeningDelivery, User
from esmero.house.profiles.reading import NEUTRAL
from esmero.house.retention_terms import RetentionTerm, strictest
from esmero.imports.models import Import, ImportLine
from esmero.mailroom.arriving.dmarc_reports import delete_reports
from esmero.mailroom.models import ClickTrace, DmarcReportFile, Inbound
from esmero.outbox.models import Captured, Message, MessageAttachment, MessageEvent
from esmero.outbox.posting.decisions import expire_content
from esmero.outbox.posting.kinds import REPLY_FORWARD
from esmero.people.models import ExclusionLine, PermissionEntry, PersonLine
from esmero.privacy.models import DataRequest, Retention
from esmero.refusal import InvalidValue
from esmero.vault.files import delete_unused, drop_content
from esmero.vault.models import StoredFile
from esmero.work.wakeups import wake

type Rows = QuerySet[Any]

EVERY = timedelta(days=1)
MOST = 500
MOST_COUNTED = 10_000
# Data without a term (the page gives the reasons): proofs of permission, and hashes of suppressed addresses.
NEVER_EXPIRES = ("permission-ledger", "suppression")
_FINAL = (Message.State.SENT, Message.State.REFUSED, Message.State.GAVE_UP, Message.State.CANCELLED)
_ENDED = (Campaign.State.DONE, Campaign.State.CANCELLED)
_PROVES = PermissionEntry.objects.filter(proof=OuterRef("pk"))
# Lines that were refused, and those of a dry run; the others name their person by a foreign key.
_TRIED = Q(of__finished_at=None, of__state__in=(Import.State.CHECKED, Import.State.FAILED))
_HAS_CELLS = Q(verdict=ImportLine.Verdict.REFUSED) | _TRIED


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Define a rule: `find` selects expired rows of each table by a cut-off time; `end` processes rows by id."""

    find: tuple[Callable[[datetime], Rows], ...]
    end: Callable[[type[Any], list[Any], datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStatus:
    """Describe a rule as applied in this installation, with its last results."""

    code: str
    term: RetentionTerm
    days: int
    is_own: bool
    row: Retention | None


def current_terms() -> dict[str, RetentionTerm]:
    """Return {rule code: strictest term of the profiles of all brands}; the neutral terms without any brand."""
    codes = Brand.objects.order_by("profile").values_list("profile", flat=True).distinct()
    return strictest(profile_of(code).terms for code in codes or [NEUTRAL])


def list_rules() -> list[RuleStatus]:
    """Return all rules in order. Two queries."""
    rows = {row.code: row for row in Retention.objects.all()}
    return [
        _rule_status(code, term=term, row=rows.get(code)) for code, term in current_terms().items() if code in RULES
    ]  # fmt: skip


def _rule_status(code: str, *, term: RetentionTerm, row: Retention | None) -> RuleStatus:
    own = row.days if row is not None else None
    # A brand added later may bring a lower maximum than the operator's earlier setting.
    days = term.days if own is None else min(own, term.longest)
    return RuleStatus(code=code, term=term, days=days, is_own=own is not None, row=row)


def set_days(code: str, *, days: int | None, by: User | str) -> None:
    """Set the operator's term of a rule; None restores the profile's.

    Raises:
        KeyError: there is no such rule.
        InvalidValue: less than a day, or above the legal maximum.

    """
    term = current_terms()[code]
    if days is not None and not 1 <= days <= term.longest:
        raise InvalidValue("term-out-of-range", days=term.longest)
    with transaction.atomic():
        row, _made = Retention.objects.get_or_create(code=code)
        if row.days == days:
            return
        Retention.objects.filter(pk=row.pk).update(days=days, next_at=None)
        wake(Retention)
        note("retention.term", by=by, facts={"code": code, "from": row.days or term.days, "to": days or term.days})


def count_expired(at: datetime, *, most: int = MOST_COUNTED) -> dict[str, int]:
    """Return {rule code: number of expired rows}, counted up to `most`; read-only."""
    return {one.code: _count(one, at=at, most=most) for one in list_rules()}


def _count(rule: RuleStatus, *, at: datetime, most: int) -> int:
    cut = at - timedelta(days=rule.days)
    return sum(find(cut).order_by()[:most].count() for find in RULES[rule.code].find)


def refresh_counts(at: datetime) -> None:
    """Store the number of expired rows of each rule for the console page."""
    for rule in list_rules():
        Retention.objects.update_or_create(
            code=rule.code, defaults={"due": _count(rule, at=at, most=MOST_COUNTED), "looked_at": at}
        )


def apply_due_rule(*, at: datetime) -> int:
    """Process one batch of the first rule that is due; return the number of rows. A demo deletes nothing."""
    if settings.ESMERO.demo:
        return 0
    resting = set(Retention.objects.filter(next_at__gt=at).values_list("code", flat=True))
    code = next((code for code in RULES if code not in resting), None)
    return 0 if code is None else apply_rule(code, at=at)


def find_next_pass(*, at: datetime) -> datetime | None:
    """Return the time at which the next rule is due, `at` if one is due now; None in a demo."""
    if settings.ESMERO.demo:
        return None
    rows = dict(Retention.objects.values_list("code", "next_at"))
    return min(rows.get(code) or at for code in RULES)


def apply_rule(code: str, *, at: datetime, by: str = "worker", most: int = MOST) -> int:
    """Process the first `most` expired rows of a rule; 0 means that the pass is complete and audited."""
    with transaction.atomic():
        Retention.objects.get_or_create(code=code)
        row = Retention.objects.select_for_update().get(code=code)  # two workers would count the same rows
        rule = _rule_status(code, term=current_terms()[code], row=row)
        cut = at - timedelta(days=rule.days)
        ended = 0
        for find in RULES[code].find:
            rows = find(cut)
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[: most - ended])
            if ids:
                RULES[code].end(rows.model, ids, at)
                ended += len(ids)
            if ended >= most:
                break
        row.going += ended
        row.looked_at = at
        if ended < most:  # the pass is over
            row.next_at = at + EVERY
            row.due = _count(rule, at=row.next_at, most=MOST_COUNTED)
            if row.going:
                row.done, row.done_at = row.going, at
                note("retention.done", by=by, facts={"code": code, "rows": row.going, "days": rule.days})
            row.going = 0
        row.save()
    return ended


def apply_all_rules(*, at: datetime, by: str) -> dict[str, int]:
    """Process all expired rows, rule by rule; return the number of rows."""
    return {code: sum(iter(partial(apply_rule, code, at=at, by=by), 0)) for code in RULES}


def _delete(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    model._default_manager.filter(pk__in=ids).delete()


def _delete_with_files(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    rows = model._default_manager.filter(pk__in=ids)
    files = list(rows.values_list("raw", flat=True))
    rows.delete()
    delete_unused(files)


def _forget_reports(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    delete_reports(ids)


def _drop(model: type[Any], ids: list[Any], at: datetime) -> None:
    if model is Import:
        drop_content(_files_of(ids), at=at)
    else:
        rows = Inbound.objects.filter(pk__in=ids)
        rows.update(envelope_from="")
        drop_content(rows.values_list("raw", flat=True), at=at)


def _files_of(ids: Iterable[int]) -> list[int]:
    """Return the stored files of imports: the uploaded file, and the CSV exported from a workbook."""
    files, texts = [], set()
    for file, reading in Import.objects.filter(pk__in=list(ids)).values_list("file", "reading"):
        files.append(file)
        texts.add(reading.get("text") or "")
    kept = StoredFile.objects.filter(Exists(_PROVES), sha256__in=texts).values("sha256")
    others = StoredFile.objects.filter(sha256__in=texts - {""}).exclude(sha256__in=kept)
    return [*files, *others.values_list("pk", flat=True)]


def _anonymise_messages(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    attached = MessageAttachment.objects.filter(message__in=ids)
    files = list(attached.values_list("file", flat=True))
    attached.delete()
    Message.objects.filter(pk__in=ids).update(address="", objections=None, trouble="", content=None, filled=None)
    events = [one for one in MessageEvent.objects.filter(message__in=ids) if set(one.facts) - {"meaning"}]
    for one in events:  # the meaning is a code of ours; the relay's text may contain the address
        one.facts = {"meaning": one.facts["meaning"]} if "meaning" in one.facts else {}
    MessageEvent.objects.bulk_update(events, ["facts"], batch_size=200)
    delete_unused(files)


def _expire_own(model: type[Any], ids: list[Any], at: datetime) -> None:
    if model is Message:
        expire_content(ids, now=at)
    else:
        drop_content(ids, at=at)


def _anonymise_lines(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    lines = model._default_manager.filter(pk__in=ids)
    if model is PersonLine:
        lines.update(wrote=None)  # the replaced values: from now on the import cannot be taken back
        lines = lines.filter(_HAS_CELLS)
        lines.update(number="")
    lines.update(cell="")


def _anonymise_sign_ups(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    Submission.objects.filter(pk__in=ids).update(address="", values={}, person=None, message=None)


def _anonymise_conversations(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    entries = Entry.objects.filter(conversation__in=ids)
    files = list(entries.exclude(raw=None).values_list("raw", flat=True))
    entries.update(author="", subject="", text="", full_text="", message_id="", raw=None)
    # The copies that were forwarded to the brand's mailbox go with them.
    forwarded = Message.objects.filter(kind=REPLY_FORWARD.name, attachments__file__in=files)
    expire_content(list(forwarded.values_list("pk", flat=True)), now=at, is_due=True)
    Conversation.objects.filter(pk__in=ids).update(person=None, address="", subject="", state=Conversation.State.CLOSED)
    delete_unused(files)


def _delete_dry_runs(model: type[Any], ids: list[Any], at: datetime) -> None:  # noqa: ARG001
    """Delete dry-run rows; a checked campaign becomes a draft again, since its audience could no longer be frozen."""
    rows = AudienceMember.objects.filter(pk__in=ids)
    invalidate_dry_runs(rows.order_by().values_list("campaign", flat=True).distinct(), by="terms of storage")
    rows.filter(campaign__state__in=(*_ENDED, Campaign.State.DRAFT)).delete()


def _arrived_mail(cut: datetime) -> Rows:
    """Select processed mail that is no proof: an unsubscribe request stays as proof of the withdrawal."""
    proves = PermissionEntry.objects.filter(proof=OuterRef("raw"))
    return Inbound.objects.filter(
        ~Exists(proves), state=Inbound.State.DONE, received_at__lt=cut, raw__dropped_at__isnull=True
    )


def _finished_messages(cut: datetime) -> Rows:
    old = Q(sent_at__lt=cut) | Q(sent_at__isnull=True, judged_at__lt=cut)
    old |= Q(sent_at__isnull=True, judged_at__isnull=True, posted_at__lt=cut)
    has_data = ~Q(address="") | Q(content__isnull=False) | Q(filled__isnull=False)
    return Message.objects.filter(old, has_data, state__in=_FINAL)


def _import_files(cut: datetime) -> Rows:
    proves = PermissionEntry.objects.filter(proof=OuterRef("file"))
    ended = Q(finished_at__lt=cut) | Q(
        finished_at=None, created_at__lt=cut, state__in=(Import.State.DRAFT, Import.State.CHECKED, Import.State.FAILED)
    )
    return Import.objects.filter(ended, ~Exists(proves), file__dropped_at=None)


def _is_old(cut: datetime) -> Q:
    return Q(of__finished_at__lt=cut) | Q(_TRIED, of__created_at__lt=cut)


def _person_lines(cut: datetime) -> Rows:
    cells = _HAS_CELLS & ~Q(number="", cell="")
    return PersonLine.objects.filter(_is_old(cut), cells | Q(wrote__isnull=False))


def _exclusion_lines(cut: datetime) -> Rows:
    return ExclusionLine.objects.filter(_is_old(cut), _HAS_CELLS).exclude(cell="")


def _confirmed_sign_ups(cut: datetime) -> Rows:
    rows = Submission.objects.filter(state=Submission.State.CONFIRMED, confirmed_at__lt=cut)
    return rows.exclude(address="")


def _idle_conversations(cut: datetime) -> Rows:
    """Select idle conversations; those waiting for an answer by staff stay until answered or closed."""
    rows = Conversation.objects.filter(last_at__lt=cut).exclude(state=Conversation.State.WAITING_FOR_US)
    return rows.exclude(address="")


def _dry_runs(cut: datetime) -> Rows:
    ended = Q(state__in=_ENDED, finished_at__lt=cut)
    checked = Q(state=Campaign.State.CHECKED, checked_at__lt=cut)
    changed = Q(state=Campaign.State.DRAFT, created_at__lt=cut)  # rows of a dry run that is no longer valid
    return AudienceMember.objects.filter(campaign__in=Campaign.objects.filter(ended | checked | changed))


def _delivered_happenings(cut: datetime) -> Rows:
    """Select happenings that every function got; one that a function still fails on stays visible."""
    waiting = HappeningDelivery.objects.filter(happening=OuterRef("pk"), done_at=None)
    return Happening.objects.filter(~Exists(waiting), at__lt=cut, due_at=None)


RULES: Mapping[str, RetentionRule] = {
    "arrived-mail": RetentionRule((_arrived_mail,), _drop),
    "unread-mail": RetentionRule(
        (lambda cut: Inbound.objects.filter(state=Inbound.State.FAILED, received_at__lt=cut),), _delete_with_files
    ),
    "caught-mail": RetentionRule((lambda cut: Captured.objects.filter(at__lt=cut),), _delete),
    "own-letters": RetentionRule(
        (
            lambda cut: Message.objects.filter(content_until__lt=cut),
            lambda cut: StoredFile.objects.filter(keep_until__lt=cut, dropped_at=None),
        ),
        _expire_own,
    ),
    "messages": RetentionRule((_finished_messages,), _anonymise_messages),
    "import-files": RetentionRule((_import_files,), _drop),
    "import-lines": RetentionRule((_person_lines, _exclusion_lines), _anonymise_lines),
    "sign-ups": RetentionRule(
        (lambda cut: Submission.objects.filter(state=Submission.State.PENDING, at__lt=cut),), _delete
    ),
    "confirmed-sign-ups": RetentionRule((_confirmed_sign_ups,), _anonymise_sign_ups),
    "conversations": RetentionRule((_idle_conversations,), _anonymise_conversations),
    "dry-runs": RetentionRule((_dry_runs,), _delete_dry_runs),
    "click-traces": RetentionRule((lambda cut: ClickTrace.objects.filter(at__lt=cut),), _delete),
    "data-links": RetentionRule(
        (lambda cut: Grant.objects.filter(expires_at__lt=cut),),
        _delete,
    ),
    "data-requests": RetentionRule((lambda cut: DataRequest.objects.filter(answered_at__lt=cut),), _delete),
    "audit": RetentionRule((lambda cut: AuditEntry.objects.filter(at__lt=cut),), _delete),
    "sessions": RetentionRule(
        (
            lambda cut: UserSession.objects.filter(
                session_key__in=Session.objects.filter(expire_date__lt=cut).values("session_key")
            ),
            lambda cut: Session.objects.filter(expire_date__lt=cut),
        ),
        _delete,
    ),
    "happenings": RetentionRule((_delivered_happenings,), _delete),
    "dmarc": RetentionRule((lambda cut: DmarcReportFile.objects.filter(end__lt=cut),), _forget_reports),
}  # fmt: skip
