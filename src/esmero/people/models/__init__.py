"""Define persons, organisations, what belongs to them, permissions, preferences, segments and lines of imports."""

from esmero.people.models.duplicates import Duplicate, Merge, Proposal
from esmero.people.models.imports import BlockedDomain, ExclusionLine, PersonLine
from esmero.people.models.parties import ContactPoint, Membership, OfParty, PartyNumber, PartyRole
from esmero.people.models.permissions import (
    Channel,
    Permission,
    PermissionEntry,
    PermissionFacts,
    Preference,
    Purpose,
    Suppression,
    Topic,
)
from esmero.people.models.persons import Address, CustomField, MergedOrganisation, Note, Organisation, Person, Tag
from esmero.people.models.segments import Segment

__all__ = [
    "Address",
    "BlockedDomain",
    "Channel",
    "ContactPoint",
    "CustomField",
    "Duplicate",
    "ExclusionLine",
    "Membership",
    "Merge",
    "MergedOrganisation",
    "Note",
    "OfParty",
    "Organisation",
    "PartyNumber",
    "PartyRole",
    "Permission",
    "PermissionEntry",
    "PermissionFacts",
    "Person",
    "PersonLine",
    "Preference",
    "Proposal",
    "Purpose",
    "Segment",
    "Suppression",
    "Tag",
    "Topic",
]
