"""Map addresses to mailbox providers: the domains of a large provider share one name, others stand for themselves."""

_GROUPS = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": (
        "outlook.com", "outlook.es", "outlook.fr", "hotmail.com", "hotmail.es", "hotmail.fr", "hotmail.co.uk",
        "live.com", "live.fr", "msn.com",
    ),
    "Yahoo": ("yahoo.com", "yahoo.es", "yahoo.fr", "yahoo.co.uk", "ymail.com", "aol.com"),
    "Apple": ("icloud.com", "me.com", "mac.com"),
    "Orange": ("orange.fr", "wanadoo.fr"),
    "Free": ("free.fr",),
}  # fmt: skip
_RECEIVER = {domain: name for name, domains in _GROUPS.items() for domain in domains}


def receiver_of(address: str) -> str:
    """Return the name of the provider, or the domain of the address in lower case."""
    domain = address.rpartition("@")[2].lower()
    return _RECEIVER.get(domain, domain)
