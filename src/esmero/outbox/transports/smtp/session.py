"""Open a session: connect, greeting, EHLO, TLS, sign-in; each fault with its place and its remedy."""

import asyncio
import socket
import ssl
from dataclasses import dataclass, field

from esmero.outbox.transports.smtp.auth import sign_in
from esmero.outbox.transports.smtp.capabilities import Capabilities
from esmero.outbox.transports.smtp.connection import ConnectionLoss, ConnectionLostError, SmtpConnection
from esmero.outbox.transports.smtp.relay_address import RelayAddress, RelayTrouble
from esmero.outbox.transports.smtp.replies import Reply


@dataclass(slots=True)
class SmtpSession:
    """Hold a session and its progress while it is being opened."""

    link: SmtpConnection | None = None
    place: str = "connect"
    greeting: str = ""
    capabilities: Capabilities = field(default_factory=Capabilities)


async def open_session(relay: RelayAddress) -> tuple[SmtpConnection, SmtpSession]:
    """Open a session that is ready for MAIL, with the relay's timeout for all steps together.

    Raises RelayTrouble, and leaves nothing open then.
    """
    session = SmtpSession()
    try:
        async with asyncio.timeout(relay.timeout):
            return await _open(relay, session), session
    except RelayTrouble:
        _drop(session)
        raise
    except (OSError, ConnectionLostError, ValueError) as fault:
        _drop(session)
        raise _explain(fault, relay=relay, place=session.place) from fault
    except BaseException:
        _drop(session)
        raise


async def _open(relay: RelayAddress, session: SmtpSession) -> SmtpConnection:
    loop = asyncio.get_running_loop()
    context = make_context(relay) if relay.security != "none" else None
    implicit = relay.security == "tls"
    if implicit:
        session.place = "tls"
    _, link = await loop.create_connection(
        lambda: SmtpConnection(timeout=relay.timeout),
        relay.host,
        relay.port,
        ssl=context if implicit else None,
        server_hostname=relay.host if implicit else None,
    )
    session.link, session.place = link, "connect"
    greeting = await link.read_reply()
    session.greeting = greeting.text
    if greeting.code != 220:
        raise _refusal(greeting, relay=relay, place="connect", what="does not receive us")
    session.capabilities = await _greet(link, relay=relay, session=session)
    if relay.security == "starttls" and context is not None:
        await _secure(link, relay=relay, session=session, context=context)
        session.capabilities = await _greet(link, relay=relay, session=session)
    if relay.username:
        session.place = "auth"
        await sign_in(link, relay=relay, capabilities=session.capabilities)
    if link.loss is not None:
        raise ConnectionLostError(link.loss)
    return link


async def _greet(link: SmtpConnection, *, relay: RelayAddress, session: SmtpSession) -> Capabilities:
    session.place = "ehlo"
    reply = await link.send_command(f"EHLO {relay.helo}")
    if reply.code == 250:
        return Capabilities.read(reply.lines)
    # Old relays refuse EHLO with one of these; RFC 5321 3.2 then wants HELO.
    if reply.code in {500, 501, 502, 504, 550}:
        reply = await link.send_command(f"HELO {relay.helo}")
        if reply.code == 250:
            return Capabilities()
    raise _refusal(reply, relay=relay, place="ehlo", what=f"does not accept the name {relay.helo}")


async def _secure(link: SmtpConnection, *, relay: RelayAddress, session: SmtpSession, context: ssl.SSLContext) -> None:
    session.place = "tls"
    if not session.capabilities.starttls:
        raise RelayTrouble(
            f"The relay {relay.host}:{relay.port} does not offer STARTTLS, and nothing is sent in the clear",
            place="tls",
            remedy="Check the port (587 for STARTTLS, 465 for security tls), or that nothing between strips STARTTLS",
        )
    reply = await link.send_command("STARTTLS")
    if reply.code != 220:
        raise _refusal(reply, relay=relay, place="tls", what="refuses STARTTLS")
    # Plain text injected here would otherwise be read as if it had come over TLS (CVE-2011-0411).
    if not link.has_no_extra_reply:
        raise RelayTrouble(
            f"The relay {relay.host} sent more in the clear after it agreed to TLS",
            place="tls",
            remedy="Somebody may be putting words into the connection; look at the network before sending through it",
        )
    await link.start_tls(context, host=relay.host)


def make_context(relay: RelayAddress) -> ssl.SSLContext:
    """Make the TLS context: at least TLS 1.2, the certificate checked unless the operator waived it.

    Raises RelayTrouble if the file of authorities cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=relay.ca_file or None)
    except OSError as fault:
        raise RelayTrouble(
            f"The file of authorities {relay.ca_file} cannot be read: {fault}",
            place="tls",
            remedy="Set ca_file to a readable file of PEM certificates, or leave it out to use the system's",
        ) from fault
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _drop(session: SmtpSession) -> None:
    if session.link is not None:
        session.link.abort(ConnectionLoss("withdrawn", "The session could not be opened"))


def _refusal(reply: Reply, *, relay: RelayAddress, place: str, what: str) -> RelayTrouble:
    passing = reply.code < 500
    return RelayTrouble(
        f"The relay {relay.host}:{relay.port} {what}: {reply.code} {reply.text}",
        place=place,
        remedy="Try again later, or with fewer connections" if passing else "Ask the relay's operator to admit us",
        code=reply.code,
        enhanced=reply.enhanced,
    )


def _explain(fault: Exception, *, relay: RelayAddress, place: str) -> RelayTrouble:
    where = f"{relay.host}:{relay.port}"
    if isinstance(fault, ConnectionLostError):
        code, enhanced = fault.loss.code, fault.loss.enhanced
        text = f"{where} ended the session while it was being opened: {fault.loss.text}"
        return RelayTrouble(text, place=place, remedy="Check port and security", code=code, enhanced=enhanced)
    if isinstance(fault, ssl.SSLCertVerificationError):
        text, place = f"The certificate of {where} is not to be trusted: {fault.verify_message}", "tls"
        remedy = "Set the host to a name in its certificate, or ca_file to the authority that signed it"
    elif isinstance(fault, ssl.SSLError):
        text, place = f"TLS with {where} failed: {fault.reason or fault}", "tls"
        remedy = "Check port and security: 465 is usually tls, 587 and 25 starttls"
    elif isinstance(fault, TimeoutError):
        text = f"{where} did not open a session within {relay.timeout:g} seconds"
        remedy = "Check host and port, and that no firewall stands between"
    elif isinstance(fault, socket.gaierror):
        text, place, remedy = f"The name {relay.host} was not found: {fault.strerror}", "connect", "Check the host"
    else:
        text = f"No connection to {where}: {getattr(fault, 'strerror', None) or fault}"
        place = "connect" if isinstance(fault, ConnectionRefusedError) else place
        remedy = "Check host and port, and that the relay is running"
    return RelayTrouble(text, place=place, remedy=remedy)
