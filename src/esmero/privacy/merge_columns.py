"""Define for every column that refers to a person how a merge treats it. A test finds missing columns."""

from collections.abc import Mapping
from typing import Literal

# label of the model → column → rule for the rows of the merged person.
#   move    assign them to the surviving person
#   once    the same, but remove duplicates of the survivor's rows (by the columns of UNIQUE_WITH)
#   settle  derive the permissions again from the moved ledger entries
#   stay    leave the row: it documents a past state
type MergeRule = Literal["move", "once", "settle", "stay"]

MERGE_RULES: Mapping[str, Mapping[str, MergeRule]] = {
    "esmero.ContactPoint": {"person": "once"},
    "esmero.Person_tags": {"person": "once"},
    "esmero.PartyRole": {"person": "once"},
    "esmero.PartyNumber": {"person": "move"},
    "esmero.Membership": {"person": "once"},
    "esmero.Note": {"person": "move"},
    "esmero.PermissionEntry": {"person": "move"},
    "esmero.Permission": {"person": "settle"},
    "esmero.Preference": {"person": "once"},
    "esmero.PersonLine": {"person": "move"},
    "esmero.Duplicate": {"first": "stay", "second": "stay"},
    "esmero.Merge": {"kept": "stay", "gone": "stay"},
    "esmero.Message": {"person": "move"},
    "esmero.Conversation": {"person": "move"},
    "esmero.AudienceMember": {"person": "once"},
    "esmero.Submission": {"person": "move"},
    "esmero.Grant": {"person": "move"},
    # The survivor keeps both log-ins: each still opens the account of the one person.
    "esmero.CustomerAccount": {"person": "move"},
    "esmero.DataRequest": {"person": "once"},
    "esmero.Proposal": {"person": "once", "became": "move"},
}
# Columns that are unique per person: of two equal rows the merged person's is removed (and kept for undoing).
UNIQUE_WITH: Mapping[str, tuple[str, ...]] = {
    "esmero.ContactPoint": ("kind", "value", "use"),
    "esmero.PartyRole": ("kind", "brand_id", "until"),
    "esmero.Membership": ("organisation_id",),
    "esmero.Person_tags": ("tag_id",),
    "esmero.Preference": ("brand_id", "topic_id"),
    "esmero.AudienceMember": ("campaign_id",),
    "esmero.DataRequest": ("kind", "state"),
    "esmero.Proposal": ("address",),
}
# Models whose rows conflict only in one state.
CONFLICT_STATES: Mapping[str, tuple[str, str]] = {"esmero.DataRequest": ("state", "open")}
