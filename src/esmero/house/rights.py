"""Define the rights of staff in one literal catalogue. Views and templates ask for a right, never for a role."""

from typing import Literal, get_args

type Right = Literal[
    "house.read",  # see the console
    "house.settings",  # configure: brands, relays, mailboxes, terms, topics
    "staff.manage",  # invite, lock out, give roles; define roles, teams, absences
    "people.change",  # change what is known of people
    "people.accounts",  # open and close accounts in the customer area
    "people.import",  # bring lists, take imports back
    "people.export",  # take data along: lists, and a person's copy
    "people.erase",  # erase people, answer requests about their data
    "files.read",  # open files that hold somebody's data: attachments, proofs
    "conversations.answer",
    "conversations.supervise",  # assign, reassign, approve prepared answers
    "gestures.approve",  # approve apologies and gifts
    "campaigns.write",  # messages, templates, segments, forms, pictures
    "campaigns.start",  # send: start, pause, end campaigns; approve held messages; print letters
    "invoices.issue",  # bill: issue, credit, record payments
    "pages.publish",  # put pages and stories online
    "doubts.resolve",  # decide messages in doubt
    "work.retry",  # try failed work again
    "returns.lift",  # lift the silence of an address
]

RIGHTS: tuple[Right, ...] = get_args(Right.__value__)

# Rights of subjects that are not built yet: a role may hold them, and nothing asks for them. A test compares.
WITHOUT_SUBJECT: frozenset[Right] = frozenset(
    {"conversations.supervise", "gestures.approve", "invoices.issue", "pages.publish"}
)
