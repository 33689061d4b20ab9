"""Name the largest file that each page takes, in octets."""

# A larger list goes through `esmero import`, which needs no request that lasts minutes.
MAX_LIST = 100_000_000
MAX_PICTURE = 8_000_000
MAX_PROOF = 20_000_000
