"""Who runs the mailbox: domains of the large providers under one name, all others by themselves."""

_GROUPS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": (
        "outlook.com", "outlook.es", "outlook.fr", "hotmail.com", "hotmail.es", "hotmail.fr", "hotmail.co.uk", "live.com",
        "live.fr", "msn.com",
    ),
    "Yahoo": ("yahoo.com", "yahoo.es", "yahoo.fr", "yahoo.co.uk", "ymail.com", "aol.com"),
    "Apple": ("icloud.com", "me.com", "mac.com"),
    "Orange": ("orange.fr", "wanadoo.fr"),
    "Free": ("free.fr",),
}  # fmt: skip
_RECEIVER = {domain: name for name, domains in _GROUPS.items() for domain in domains}


def receiver_of(address: str) -> str:
    """Return the name of the provider, or the address's domain."""
    domain = address.rpartition("@")[2].lower()
    return _RECEIVER.get(domain, domain)
