"""Turn expected faults of machines into one line that says how to correct them; refusals have reader_language.py."""

import sys
from collections.abc import Iterable

from django.core.exceptions import NON_FIELD_ERRORS, ImproperlyConfigured, ValidationError
from django.db import OperationalError, ProgrammingError

# Faults of machines whose own text is the line. Named as strings because importing all these modules would take a
# second, and an exception of a module that is not imported cannot have been raised; a test checks that each exists.
SELF_EXPLAINED_FAULTS = (
    "esmero.mailroom.arriving.channels.imap_connection.MailboxTrouble",
    "esmero.outbox.relay_passwords.RelayPasswordLost",
    "esmero.outbox.transports.smtp.relay_address.RelayTrouble",
    "esmero.vault.files.FileTampered",
)


def explain(trouble: Exception) -> str | None:
    """Return one line for an expected fault; None for a defect."""
    if isinstance(trouble, _loaded(SELF_EXPLAINED_FAULTS)):
        return str(trouble)
    if isinstance(trouble, ValidationError):
        return _explain_validation(trouble)
    if isinstance(trouble, (OperationalError, ProgrammingError)):
        return _explain_database(trouble)
    if isinstance(trouble, ImproperlyConfigured):
        return f"The settings are wrong: {trouble}"
    return None


def _loaded(names: Iterable[str]) -> tuple[type[Exception], ...]:
    split = (name.rpartition(".") for name in names)
    return tuple(getattr(sys.modules[module], name) for module, _dot, name in split if module in sys.modules)


def _explain_validation(trouble: ValidationError) -> str:
    if hasattr(trouble, "error_dict"):
        found = (
            " ".join(words) if field == NON_FIELD_ERRORS else f"{field}: {' '.join(words)}"
            for field, words in trouble.message_dict.items()
        )
        return " ".join(found)
    return " ".join(trouble.messages)


def _explain_database(trouble: Exception) -> str:
    words = str(trouble).strip().splitlines()[0]
    if "no such table" in words or "does not exist" in words or "no such column" in words:
        return f"The database does not fit this version ({words}). Run `esmero init`; it changes nothing else."
    return f"The database cannot be used: {words}. Check database_url in esmero.toml, and that its server runs."
