"""The faults of the packages below that a person at the command line can mend, and how each is said."""

from django.core.exceptions import NON_FIELD_ERRORS, ImproperlyConfigured, ValidationError
from django.db import OperationalError, ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _

from esmero.campaigns.lifecycle import CampaignMoveRefused
from esmero.house.keys import KeyMissing
from esmero.management.reader_language import reader_language
from esmero.outbox.journal import WorkerNameTaken
from esmero.outbox.relay_passwords import RelayPasswordLost
from esmero.outbox.relays import NoRelay
from esmero.outbox.transports.smtp.relay_address import RelayTrouble
from esmero.people.imports.files.problem import FileProblem, MappingProblem
from esmero.people.imports.lifecycle import ImportMoveRefused as ImportNotNow
from esmero.people.segments.conditions import SegmentFault
from esmero.rendering.mime.headers import HeaderInjection
from esmero.rendering.templates.problem import TemplateFault
from esmero.vault.files import FileTampered
from esmero.web.console.messages.templates.problem_labels import say_place, say_problem

SPEAKING = (
    CampaignMoveRefused,
    NoRelay,
    RelayPasswordLost,
    KeyMissing,
    WorkerNameTaken,
    RelayTrouble,
    HeaderInjection,
    FileProblem,
    MappingProblem,
    ImportNotNow,
    SegmentFault,
    FileTampered,
)


def explain(trouble: Exception) -> str | None:
    """Return one clear line, or several for a template with several problems; None for a defect."""
    if isinstance(trouble, SPEAKING):
        return str(trouble)
    if isinstance(trouble, TemplateFault):
        with translation.override(reader_language()):
            problems = "\n".join(f"  {say_place(one.place)}: {say_problem(one)}" for one in trouble.problems)
            return f"{_('The template cannot be used:')}\n{problems}"
    if isinstance(trouble, ValidationError):
        return _explain_validation(trouble)
    if isinstance(trouble, (OperationalError, ProgrammingError)):
        return _explain_database(trouble)
    if isinstance(trouble, ImproperlyConfigured):
        return f"The settings are wrong: {trouble}"
    return None


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
