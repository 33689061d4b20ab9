"""Open an IMAP connection to an operator's mailbox: TLS, password or XOAUTH2; every fault becomes a MailboxTrouble."""

import json
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from esmero.mailroom.models import Mailbox
from esmero.outbox.private_networks import PrivateNetworkRefused, find_addresses
from esmero.outbox.relay_passwords import decrypt_password

logging.getLogger("imapclient").setLevel(logging.WARNING)  # at INFO it logs the end of each connection

TIMEOUT = 60.0
"""Seconds to wait for a server that does not answer."""
MAX_TOKEN = 65_536


class MailboxTrouble(Exception):
    """Report that a mailbox cannot be read now: `text` is the fault, `remedy` the action to take."""

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(f"{text}. {remedy}".rstrip(". ") + ".")
        self.text, self.remedy = text, remedy


@contextmanager
def connect(mailbox: Mailbox) -> Iterator[IMAPClient]:
    """Open a connection and sign in. Raises MailboxTrouble for any fault of the network or the server."""
    client: IMAPClient | None = None
    try:
        client = open_client(mailbox)
        sign_in(client, mailbox)
        yield client
    except MailboxTrouble:
        raise
    except ssl.SSLError as fault:
        raise MailboxTrouble(f"{mailbox.host} shows a certificate that nobody vouches for ({fault})") from fault
    except (OSError, IMAPClientError, ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        # The library raises these if the server's answer is cut short.
        raise MailboxTrouble(
            f"The connection to {mailbox.host}:{mailbox.port} broke ({fault or type(fault)})"
        ) from fault
    finally:
        if client is not None:
            close_client(client)


def open_client(mailbox: Mailbox, *, timeout: float = TIMEOUT) -> IMAPClient:
    """Open an encrypted connection by the mailbox's settings, without signing in.

    Raises MailboxTrouble, OSError and the exceptions of IMAPClient.
    """
    try:
        find_addresses(mailbox.host, port=mailbox.port)
        context = ssl.create_default_context(cafile=mailbox.ca_file or None)
        client = IMAPClient(
            mailbox.host,
            port=mailbox.port,
            ssl=mailbox.security == Mailbox.Security.TLS,
            ssl_context=context if mailbox.security == Mailbox.Security.TLS else None,
            timeout=timeout,
        )
        client.normalise_times = False  # otherwise times lose their zone
        if mailbox.security == Mailbox.Security.STARTTLS:
            client.starttls(context)
    except CapabilityError as fault:
        raise MailboxTrouble(f"{mailbox.host} offers no STARTTLS", "Choose security tls") from fault
    except PrivateNetworkRefused as fault:
        raise MailboxTrouble(str(fault), "Write the address itself as the host if you mean that machine") from fault
    return client


def sign_in(client: IMAPClient, mailbox: Mailbox, *, timeout: float = TIMEOUT) -> None:
    """Sign in with password or token. Raises MailboxTrouble, OSError and the exceptions of IMAPClient."""
    try:
        secret = decrypt_password(mailbox.secret)
    except ValueError as fault:
        raise MailboxTrouble("The password cannot be read: the key of this house changed", "Enter it again") from fault
    try:
        if mailbox.access == Mailbox.Access.XOAUTH2:
            client.oauth2_login(mailbox.username, _trade_token(mailbox, refresh=secret, timeout=timeout))
        else:
            client.login(mailbox.username, secret)
    except LoginError as fault:
        words = str(fault)[:200]
        remedy = "Sign in to it anew" if mailbox.access == Mailbox.Access.XOAUTH2 else "Check name and password"
        raise MailboxTrouble(f"{mailbox.host} refuses {mailbox.username} ({words})", remedy) from fault


def _trade_token(mailbox: Mailbox, *, refresh: str, timeout: float) -> str:
    """Exchange a refresh token for an access token (RFC 6749 section 6); without a token_url the secret is one."""
    if not mailbox.token_url:
        return refresh
    if not mailbox.token_url.startswith("https://"):
        raise MailboxTrouble(f"{mailbox.token_url} is not https", "Tokens are never sent in the clear")
    values = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": mailbox.client_id,
        "client_secret": decrypt_password(mailbox.client_secret),
    }
    body = urlencode({name: value for name, value in values.items() if value}).encode()
    try:
        request = Request(mailbox.token_url, data=body)  # noqa: S310 - https, checked above
        with urlopen(request, timeout=timeout) as answer:  # noqa: S310 - https, checked above
            found = json.loads(answer.read(MAX_TOKEN))
        return str(found["access_token"])
    except (URLError, OSError, ValueError, KeyError, TypeError) as fault:
        raise MailboxTrouble(f"{mailbox.token_url} gives no access token ({fault})", "Sign in to it anew") from fault


def close_client(client: IMAPClient) -> None:
    """Close a connection at once, in any state."""
    try:
        client.shutdown()
    except (OSError, IMAPClientError, AttributeError):
        return
