"""Define persons, organisations, contact points, permissions, preferences, segments and imports."""

from esmero.people.models.duplicates import Duplicate, Merge, Proposal
from esmero.people.models.imports import BlockedDomain, Import, ImportLine
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
from esmero.people.models.persons import Address, ContactPoint, CustomField, Note, Organisation, Person, Tag
from esmero.people.models.segments import Segment

__all__ = [
    "Address",
    "BlockedDomain",
    "Channel",
    "ContactPoint",
    "CustomField",
    "Duplicate",
    "Import",
    "ImportLine",
    "Merge",
    "Note",
    "Organisation",
    "Permission",
    "PermissionEntry",
    "PermissionFacts",
    "Person",
    "Preference",
    "Proposal",
    "Purpose",
    "Segment",
    "Suppression",
    "Tag",
    "Topic",
]
