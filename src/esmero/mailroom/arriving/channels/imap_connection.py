"""Open an IMAP connection to a mailbox of the operator's: TLS, password or XOAUTH2, and every fault in words."""

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
from esmero.outbox.relay_passwords import reveal

logging.getLogger("imapclient").setLevel(logging.WARNING)  # it tells each connection that ends

TIMEOUT = 60.0
"""Seconds that a silent server is waited for."""
MAX_TOKEN = 65_536


class MailboxTrouble(Exception):
    """A mailbox cannot be read now: `text` says what is wrong, `remedy` what to do."""

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(f"{text}. {remedy}".rstrip(". ") + ".")
        self.text, self.remedy = text, remedy


@contextmanager
def connect(mailbox: Mailbox) -> Iterator[IMAPClient]:
    """Give a connection that is signed in. Raises MailboxTrouble for whatever the network or the server does."""
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
        # A server that is cut short makes the library stumble over what is missing.
        raise MailboxTrouble(
            f"The connection to {mailbox.host}:{mailbox.port} broke ({fault or type(fault)})"
        ) from fault
    finally:
        if client is not None:
            close_client(client)


def open_client(mailbox: Mailbox, *, timeout: float = TIMEOUT) -> IMAPClient:
    """Return a connection that is encrypted as the mailbox wants it, and not signed in. Raises MailboxTrouble, OSError or what the library does."""
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
        client.normalise_times = False  # moments keep their zone
        if mailbox.security == Mailbox.Security.STARTTLS:
            client.starttls(context)
    except CapabilityError as fault:
        raise MailboxTrouble(f"{mailbox.host} offers no STARTTLS", "Choose security tls") from fault
    except PrivateNetworkRefused as fault:
        raise MailboxTrouble(str(fault), "Write the address itself as the host if you mean that machine") from fault
    return client


def sign_in(client: IMAPClient, mailbox: Mailbox, *, timeout: float = TIMEOUT) -> None:
    """Sign in with password or token. Raises MailboxTrouble, OSError or what the library does."""
    try:
        secret = reveal(mailbox.secret)
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
    """Trade a refresh token for an access token (RFC 6749 section 6); without a token_url it is one itself."""
    if not mailbox.token_url:
        return refresh
    if not mailbox.token_url.startswith("https://"):
        raise MailboxTrouble(f"{mailbox.token_url} is not https", "Tokens are never sent in the clear")
    values = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": mailbox.client_id,
        "client_secret": reveal(mailbox.client_secret),
    }
    body = urlencode({name: value for name, value in values.items() if value}).encode()
    try:
        with urlopen(Request(mailbox.token_url, data=body), timeout=timeout) as answer:  # noqa: S310 - https, checked above
            found = json.loads(answer.read(MAX_TOKEN))
        return str(found["access_token"])
    except (URLError, OSError, ValueError, KeyError, TypeError) as fault:
        raise MailboxTrouble(f"{mailbox.token_url} gives no access token ({fault})", "Sign in to it anew") from fault


def close_client(client: IMAPClient) -> None:
    """End a connection at once, whatever state it is in."""
    try:
        client.shutdown()
    except (OSError, IMAPClientError, AttributeError):
        return
