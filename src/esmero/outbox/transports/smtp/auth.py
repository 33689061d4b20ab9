"""Sign in at a relay: PLAIN (RFC 4616), LOGIN, XOAUTH2, by the exchange of RFC 4954."""

from base64 import b64encode
from ipaddress import ip_address

from esmero.outbox.transports.smtp.capabilities import Capabilities
from esmero.outbox.transports.smtp.connection import SmtpConnection
from esmero.outbox.transports.smtp.relay_address import RelayAddress, RelayTrouble
from esmero.outbox.transports.smtp.replies import Reply


async def sign_in(link: SmtpConnection, *, relay: RelayAddress, capabilities: Capabilities) -> None:
    """Sign in with the relay's user name and password.

    Raises RelayTrouble if the relay offers no known mechanism, if the password would be sent unencrypted to another
    machine, or if the sign-in is refused.
    """
    if not link.tls_version and not _is_this_machine(relay.host):
        raise RelayTrouble(
            f"The password for {relay.host} would travel in the clear",
            place="auth",
            remedy="Set the relay's security to starttls or tls",
        )
    mechanism = _choose_mechanism(relay, capabilities)
    answer = _encode(*_first_words(mechanism, relay))
    reply = await link.send_command(f"AUTH {mechanism} {answer}".rstrip())
    # LOGIN has no initial response: the relay asks for name and password by one 334 each.
    for words in (relay.username, relay.password) if mechanism == "LOGIN" else ():
        if reply.code == 334:
            reply = await link.send_command(_encode(words))
    if reply.code == 334:
        # XOAUTH2 sends the reason in a challenge, and refuses only after an empty answer
        reply = await link.send_command("")
    if reply.code != 235:
        raise _explain(reply, relay=relay, mechanism=mechanism)


def _choose_mechanism(relay: RelayAddress, capabilities: Capabilities) -> str:
    wanted = [relay.mechanism.upper()] if relay.mechanism else ["PLAIN", "LOGIN"]
    for mechanism in wanted:
        if mechanism in capabilities.mechanisms:
            return mechanism
    offered = ", ".join(capabilities.mechanisms) or "none"
    raise RelayTrouble(
        f"The relay {relay.host} does not offer {' or '.join(wanted)} for signing in (it offers: {offered})",
        place="auth",
        remedy="Set another mechanism or security, or remove the user name if the relay wants none",
    )


def _first_words(mechanism: str, relay: RelayAddress) -> tuple[str, ...]:
    if mechanism == "PLAIN":
        return (f"\0{relay.username}\0{relay.password}",)
    if mechanism == "XOAUTH2":
        return (f"user={relay.username}\1auth=Bearer {relay.password}\1\1",)
    return ()


def _encode(*words: str) -> str:
    return "".join(b64encode(word.encode()).decode() for word in words)


def _explain(reply: Reply, *, relay: RelayAddress, mechanism: str) -> RelayTrouble:
    passing = 400 <= reply.code < 500
    return RelayTrouble(
        f"The relay {relay.host} refused to sign in {relay.username} by {mechanism}: {reply.code} {reply.text}",
        place="auth",
        remedy="Try again later" if passing else "Check user name and password, or the token's validity",
        code=reply.code,
        enhanced=reply.enhanced,
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
