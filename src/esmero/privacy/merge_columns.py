"""Every column that names a person, and what a merge does with it: the literal table. A test finds a forgotten one."""

from collections.abc import Mapping
from typing import Literal

# label of the model → column → what happens to the rows of who is gone.
#   move    they become rows of who is kept
#   once    the same, but what the kept one has already (the columns of ONCE) is put away
#   settle  the standings follow anew from the ledger that moved
#   stay    the row says what was, and goes on saying it
type Fate = Literal["move", "once", "settle", "stay"]

FATES: Mapping[str, Mapping[str, Fate]] = {
    "esmero.ContactPoint": {"person": "once"},
    "esmero.Person_tags": {"person": "once"},
    "esmero.Note": {"person": "move"},
    "esmero.PermissionEntry": {"person": "move"},
    "esmero.Permission": {"person": "settle"},
    "esmero.Preference": {"person": "once"},
    "esmero.ImportLine": {"person": "move"},
    "esmero.Duplicate": {"first": "stay", "second": "stay"},
    "esmero.Merge": {"kept": "stay", "gone": "stay"},
    "esmero.Message": {"person": "move"},
    "esmero.Conversation": {"person": "move"},
    "esmero.AudienceMember": {"person": "once"},
    "esmero.Submission": {"person": "move"},
    "esmero.DataAccess": {"person": "move"},
    "esmero.AddressChange": {"person": "move"},
    "esmero.DataRequest": {"person": "once"},
    "esmero.Proposal": {"person": "once", "became": "move"},
}
# What two persons may not both have, beside the person: of two such rows the one of the gone is put away.
ONCE: Mapping[str, tuple[str, ...]] = {
    "esmero.ContactPoint": ("kind", "value"),
    "esmero.Person_tags": ("tag_id",),
    "esmero.Preference": ("brand_id", "topic_id"),
    "esmero.AudienceMember": ("campaign_id",),
    "esmero.DataRequest": ("kind", "state"),
    "esmero.Proposal": ("address",),
}
# Where only rows in one state clash.
CLASHES_ONLY: Mapping[str, tuple[str, str]] = {"esmero.DataRequest": ("state", "open")}
