"""Describe a source of DMARC reports and the recommended action."""

from datetime import timedelta

from django.utils.translation import gettext as _

from esmero.mailroom.models import AlignmentSource
from esmero.web.parts.labels import StateLabel

RECOVERY_PERIOD = timedelta(days=14)  # of continued sending without a failure


def status_of(row: AlignmentSource) -> str:
    """Classify a source: its mail passes, passes again, passes in part, or fails."""
    if row.aligned >= row.total:
        return "passes"
    if row.failed_on is not None and row.aligned and row.failed_on < row.last_on - RECOVERY_PERIOD:
        return "mended"
    return "partly" if row.aligned else "fails"


def describe_status(row: AlignmentSource) -> StateLabel:
    """Return the label of a source's status."""
    return {
        "passes": StateLabel("kept", _("passes")),
        "mended": StateLabel("kept", _("passes again")),
        "partly": StateLabel("wait", _("passes in part")),
        "fails": StateLabel("broken", _("fails")),
    }[status_of(row)]


def describe_result(result: str) -> str:
    """Explain why DKIM or SPF did not count (RFC 8601, 2.7); "" for a plain failure."""
    words = {
        "fail": "",
        "none": _("missing"),
        "pass": _("valid, but of another domain:"),
        "softfail": _("neither allowed nor forbidden:"),
        "neutral": _("neither allowed nor forbidden:"),
        "policy": _("not accepted:"),
        "temperror": _("could not be checked:"),
        "permerror": _("faulty record:"),
    }
    return words.get(result, result)


def describe_advice(row: AlignmentSource) -> str:
    """Explain a source's status and the recommended action."""
    stand = status_of(row)
    if stand == "mended":
        return _("Some of it failed before; since then all has passed. Nothing to do.")
    if stand == "passes":
        if not row.dkim:
            return _(
                "It passes by SPF alone, which is lost when somebody forwards a mail. If it is yours, let it sign"
                " with DKIM too."
            )
        return _("All of it is proven to be yours. Nothing to do.")
    if is_within(row.signed_by, row.domain):
        return _(
            "It bears your signature, but not always a whole one: mostly machines that forward mail and change it"
            " on the way."
            " If it is a machine of yours, look whether it adds or changes something after signing."
        )
    if row.signed_by:
        return _(
            "It is signed by %(who)s, not by your domain. If you write by this service, set up DKIM for your own domain"
            " there. If you do not know it, somebody uses your name."
        ) % {"who": row.signed_by}
    if is_within(row.envelope, row.domain):
        return _(
            "Nobody has signed it, and its machine is not in your SPF record. If it is yours (a shop, an invoicing"
            " program,"
            " a copier), let it send through your relay, or let it sign with DKIM."
        )
    return _(
        "Nobody has signed it, and its sender’s address is another. If it is a program of yours, let it send"
        " through your"
        " relay. If not, it is a forgery: a policy of quarantine or reject keeps it from your readers."
    )


def describe_policy(policy: str, *, share: float, total: int) -> str:
    """Explain the published policy and the next step."""
    clean = total and share >= 0.98
    if policy == "reject":
        return _("You publish p=reject: what is not proven to be yours is refused.")
    if policy == "quarantine":
        if clean:
            return _("You publish p=quarantine, and nearly all of your mail passes: p=reject is the next step.")
        return _(
            "You publish p=quarantine: what is not proven goes to the unwanted mail. Mend what is yours before"
            " p=reject."
        )
    if clean:
        return _("You publish p=none, and nearly all passes: p=quarantine is the next step, then p=reject.")
    return _("You publish p=none: nothing happens to forgeries yet. First mend those of your own senders that fail.")


def is_within(name: str, domain: str) -> bool:
    """Tell whether a name is in a domain (relaxed alignment, RFC 9989)."""
    return bool(name) and (name == domain or name.endswith(f".{domain}") or domain.endswith(f".{name}"))
