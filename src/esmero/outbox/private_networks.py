"""Resolve host names and refuse public names with private addresses (server-side request forgery, CWE-918)."""

import ipaddress
import socket


class PrivateNetworkRefused(OSError):
    """Report that a public name resolves to a private address."""


def find_addresses(host: str, *, port: int) -> list[str]:
    """Return the IP addresses of a host.

    A private address is accepted if the host is written as an IP address or as an internal name (localhost, a name
    without a dot, .local, .internal, .lan, .home.arpa).

    Raises:
        OSError: the name cannot be resolved.
        PrivateNetworkRefused: a public name resolves to a private address.

    """
    found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    if not _is_internal(host) and any(not ipaddress.ip_address(one.partition("%")[0]).is_global for one in found):
        raise PrivateNetworkRefused(f"{host} leads to the private address {found[0]}")
    return found


def is_external_host(host: str) -> bool:
    """Return whether a host is outside this machine and its network, so that mail handed to it can reach recipients."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return not _is_internal(host)


def _is_internal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        name = host.rstrip(".").lower()
        return "." not in name or name.endswith((".local", ".internal", ".lan", ".home.arpa", ".localhost"))
    return True
