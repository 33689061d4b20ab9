"""Import the models of all packages, so that Django finds them; tests/test_models.py checks that none is missing.

Import models from their own packages, never from here.
"""

from esmero.accounts.models import CustomerAccount
from esmero.asks.models import Form, Submission
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.content.models import ExternalCheck, Link, MediaFile, Template, TemplateText, TemplateVersion
from esmero.conversations.models import Conversation, Entry
from esmero.dossier.models import DailyAggregate, SegmentEstimate
from esmero.grants.models import Grant
from esmero.house.models import AuditEntry, Brand, Draft, Happening, HappeningDelivery, SavedView, User
from esmero.imports.models import Import
from esmero.mailroom.models import (
    AlignmentDay,
    AlignmentSource,
    ClickTrace,
    DmarcReportFile,
    DmarcReportRow,
    Inbound,
    Mailbox,
    MailboxFolder,
    ReturnCount,
    ScheduledResend,
    WebhookSecret,
)
from esmero.outbox.models import (
    Captured,
    Dispatch,
    Message,
    MessageAttachment,
    MessageEvent,
    PrintBatch,
    Relay,
    RelayRate,
)
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    CustomField,
    Duplicate,
    ExclusionLine,
    Merge,
    Note,
    Organisation,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Preference,
    Proposal,
    Purpose,
    Segment,
    Suppression,
    Tag,
    Topic,
)
from esmero.privacy.models import DataRequest, Retention
from esmero.search.models import SearchText
from esmero.vault.models import StoredFile
from esmero.work.models import Job

__all__ = [
    "Address",
    "AlignmentDay",
    "AlignmentSource",
    "AudienceMember",
    "AuditEntry",
    "BlockedDomain",
    "Brand",
    "Campaign",
    "Captured",
    "ClickTrace",
    "ContactPoint",
    "Conversation",
    "CustomField",
    "CustomerAccount",
    "DailyAggregate",
    "DataRequest",
    "Dispatch",
    "DmarcReportFile",
    "DmarcReportRow",
    "Draft",
    "Duplicate",
    "Entry",
    "ExclusionLine",
    "ExternalCheck",
    "Form",
    "Grant",
    "Happening",
    "HappeningDelivery",
    "Import",
    "Inbound",
    "Job",
    "Link",
    "Mailbox",
    "MailboxFolder",
    "MediaFile",
    "Merge",
    "Message",
    "MessageAttachment",
    "MessageEvent",
    "Note",
    "Organisation",
    "Permission",
    "PermissionEntry",
    "Person",
    "PersonLine",
    "Preference",
    "PrintBatch",
    "Proposal",
    "Purpose",
    "Relay",
    "RelayRate",
    "Retention",
    "ReturnCount",
    "SavedView",
    "ScheduledResend",
    "SearchText",
    "Segment",
    "SegmentEstimate",
    "StoredFile",
    "Submission",
    "Suppression",
    "Tag",
    "Template",
    "TemplateText",
    "TemplateVersion",
    "Topic",
    "User",
    "WebhookSecret",
]
