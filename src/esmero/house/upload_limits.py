"""Name each place that takes a file from outside, with the rule for its files; sizes in octets."""

from esmero.vault.file_types import RASTER
from esmero.vault.uploads import UploadRule

# A larger list goes through `esmero import`, which needs no request that lasts minutes.
LIST = UploadRule(kind="import", most=100_000_000, unchanged=True)
PICTURE = UploadRule(kind="media", most=8_000_000, types=RASTER)
# The types that every mail program shows.
LOGO = UploadRule(kind="logo", most=300_000, types=RASTER - {"image/webp"})
# Evidence is kept to the octet, of any type, and therefore never shown in our origin.
PROOF = UploadRule(kind="permission-proof", most=20_000_000, unchanged=True)

RULES = (LIST, PICTURE, LOGO, PROOF)
# A request with a file holds the fields of its form, too.
MAX_REQUEST = max(rule.most for rule in RULES) + 1_000_000
# Pages for the public take no files; the fields of their forms are small.
MAX_ANONYMOUS = 1_000_000
