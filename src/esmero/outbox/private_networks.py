"""Where a name leads before we go there: an outside name that leads into a private network is not followed (CWE-918)."""

import ipaddress
import socket


class PrivateNetworkRefused(OSError):
    """A name of the outside leads to an address of a private network."""


def find_addresses(host: str, *, port: int) -> list[str]:
    """Return the addresses of a host. Raises OSError where the name is not found, NotMeant where it leads inside.

    A private address is taken where the operator wrote it, or a name that can only be meant inside (localhost, a name
    without a dot, .local, .internal, .lan, .home.arpa).
    """
    found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    if not _is_inside(host) and any(not ipaddress.ip_address(one.partition("%")[0]).is_global for one in found):
        raise PrivateNetworkRefused(f"{host} leads to the private address {found[0]}")
    return found


def leads_outside(host: str) -> bool:
    """Return whether mail handed over there can reach people of the outside: neither this machine nor its own network."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return not _is_inside(host)


def _is_inside(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        name = host.rstrip(".").lower()
        return "." not in name or name.endswith((".local", ".internal", ".lan", ".home.arpa", ".localhost"))
    return True
