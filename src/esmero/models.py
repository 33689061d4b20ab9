"""Gathers the tables of all packages; nobody imports from here (tests/test_models.py proves that none is forgotten)."""

from esmero.asks.models import Form, Submission
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.content.models import Link, MediaFile, Template, TemplateText, TemplateVersion
from esmero.conversations.models import Conversation, Entry
from esmero.dossier.models import Tally
from esmero.house.models import AuditEntry, Brand, Happening, SavedView, User
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Captured, Dispatch, Message, MessageEvent, Relay
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    Duplicate,
    Import,
    ImportLine,
    Merge,
    Organisation,
    OwnField,
    Permission,
    PermissionEntry,
    Person,
    Preference,
    Purpose,
    Segment,
    Suppression,
    Tag,
    Topic,
)
from esmero.privacy.models import Access, AddressChange, DataRequest
from esmero.vault.models import Sealed
from esmero.work.models import Job

__all__ = [
    "Access",
    "Address",
    "AddressChange",
    "AudienceMember",
    "AuditEntry",
    "BlockedDomain",
    "Brand",
    "Campaign",
    "Captured",
    "ContactPoint",
    "Conversation",
    "DataRequest",
    "Dispatch",
    "Duplicate",
    "Entry",
    "Form",
    "Happening",
    "Import",
    "ImportLine",
    "Inbound",
    "Job",
    "Link",
    "MediaFile",
    "Merge",
    "Message",
    "MessageEvent",
    "Organisation",
    "OwnField",
    "Permission",
    "PermissionEntry",
    "Person",
    "Preference",
    "Purpose",
    "Relay",
    "SavedView",
    "Sealed",
    "Segment",
    "Submission",
    "Suppression",
    "Tag",
    "Tally",
    "Template",
    "TemplateText",
    "TemplateVersion",
    "Topic",
    "User",
]
