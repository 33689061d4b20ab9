"""Word the refusals of the command line (management/)."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from esmero.web.refusals.words import Words


def _list_or_make(there: Sequence[str], *, command: str) -> str:
    if there:
        return gettext("There is: %(list)s.") % {"list": ", ".join(there)}
    return gettext("Make one: %(command)s") % {"command": command}


def _say_no_brand(*, name: str, there: Sequence[str]) -> str:
    words = gettext("There is no brand “%(name)s”.") % {"name": name}
    return f"{words} {_list_or_make(there, command='esmero brand create')}"


def _say_no_topic(*, name: str, brand: str, there: Sequence[str]) -> str:
    words = gettext("There is no topic “%(name)s” of %(brand)s.") % {"name": name, "brand": brand}
    return f"{words} {_list_or_make(there, command=f'esmero topic create --brand {brand}')}"


def _say_no_segment(*, name: str, there: Sequence[str]) -> str:
    words = gettext("There is no segment “%(name)s”.") % {"name": name}
    return f"{words} {_list_or_make(there, command='esmero segment create')}"


WORDS: Mapping[str, Words] = {
    # The house and its processes.
    "house-missing": _("There is no house in %(home)s. Make one with `esmero init`, or set ESMERO_HOME to its folder."),
    "house-unreleased": _(
        "This house was made by an unreleased version of Esmero: its database knows the migration %(migration)s,"
        " which no release has. Its tables cannot be brought up to this version. Name an empty folder in"
        " ESMERO_HOME (and an empty database in ESMERO_DATABASE_URL, if set), run `esmero init` there, and bring"
        " your lists in again with `esmero import`."
    ),
    "house-served-already": _(
        "`esmero serve` runs already for %(home)s (process %(process)s). End that one first, or use another"
        " ESMERO_HOME."
    ),
    "no-worker": _("--processes %(number)s: at least one worker is needed."),
    "sqlite-with-one-worker": _(
        "--processes %(number)s: on SQLite one process writes the ledger. Set database_url to a PostgreSQL for more."
    ),
    "listener-port-taken": _(
        "The listener cannot use %(host)s:%(port)s (%(trouble)s). Set inbound_port in esmero.toml, or end what uses it."
    ),
    # Subjects that a command names.
    "brand-unknown": _say_no_brand,
    "topic-unknown": _say_no_topic,
    "segment-unknown": _say_no_segment,
    "campaign-unknown": _("There is no campaign %(id)s. `esmero campaign list` names those there are."),
    "mailbox-unknown": _("There is no mailbox %(name)s. `esmero mailbox list` names those that there are."),
    "message-unknown": _("There is no message “%(text)s”. Give its id, its Message-ID, or an e-mail address."),
    "address-unknown": _(
        "Nothing is known of %(address)s. `esmero why` takes an address of the house's people, or a message."
    ),
    "person-unknown": _("There is no person with the number or address “%(text)s”."),
    "no-message-id": _("“%(text)s” is not the id of a message. `esmero doubts list` names those in doubt."),
    "message-not-in-doubt": _("Message %(id)s is not in doubt. `esmero doubts list` names those that are."),
    "domain-not-blocked": _("Not on the list: %(list)s. `esmero blocked-domain list` names those that are."),
    # Files and folders.
    "print-batch-unknown": _("There is no print batch %(id)s. `esmero letters list` names them."),
    "folder-missing": _("%(folder)s is not a folder."),
    "folder-for-file-missing": _("There is no folder %(folder)s for %(file)s. Make it first; nothing was changed."),
    "file-missing": _("There is no file %(file)s."),
    "mail-missing": _("There is no file in %(folder)s."),
    "file-exists": _("%(file)s is there already. Name another file."),
    "secret-file-unreadable": _("%(file)s cannot be read: %(trouble)s."),
    "template-not-utf8": _("%(file)s is not UTF-8 (octet %(octet)s). Save it as UTF-8."),
    "conditions-not-json": _("%(file)s is not JSON in UTF-8: %(trouble)s."),
    # Values.
    "language-given-twice": _(
        "Two texts are given in %(language)s: “%(first)s” and “%(second)s”. Give each language once."
    ),
    "template-missing": _("There is a subject in %(language)s, but no template: add --template %(language)s=FILE."),
    "subject-missing": _("The template in %(language)s has no subject: add --subject %(language)s=TEXT."),
    "mailbox-password-missing": _("No password for the mailbox: give --password-file, or set ESMERO_MAILBOX_PASSWORD."),
    "relay-password-missing": _("No password for the relay: give --password-file, or set ESMERO_RELAY_PASSWORD."),
    "staff-password-missing": _("No password: set ESMERO_STAFF_PASSWORD, or run the command at a terminal."),
    "passwords-differ": _("The two passwords differ. Nothing was changed."),
    "relay-without-host": _("A relay needs --host, or --capture to keep everything for the catcher."),
    "number-out-of-range": _("%(option)s %(value)s: give a number from 1 to %(most)s."),
    "option-with-line-break": _("%(option)s holds a line break or another control character. Write it in one line."),
    "domain-unusable": _(
        "“%(text)s” is not a domain name. Give it like trash.example, or .trash.example for all below it."
    ),
    "domain-without-dot": _("“%(text)s” has no dot in it. Give a whole domain, like trash.example."),
    "segment-named-by-number": _(
        "A segment needs a name that is not a number, so that it cannot be taken for an id: “%(name)s”."
    ),
    "segment-name-taken": _("There is a segment “%(name)s” already. Choose another name."),
    "segment-or-conditions": _("Give the name of a segment, or conditions, not both."),
    "where-or-conditions": _("Give --where or --conditions, not both."),
    "export-reason-missing": _("Say with --reason what the file is for; it goes into the audit log."),
    # Jobs that a command runs.
    "dry-run-stopped": _("The dry run of campaign %(id)s stopped: %(trouble)s `esmero campaign status %(id)s`"),
    "import-stopped": _("The import did not end: %(trouble)s"),
    "search-rebuild-stopped": _("The search index was not rebuilt to the end: %(trouble)s"),
}
