"""Describe the providers that report events by webhook: authentication, and the reader of each format.

The readers are django-anymail's. Two of them need libraries that are not shipped; for these only the missing function
is implemented here: Resend's signature (Svix), and the confirmation of a subscription for Amazon SES.
"""

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.request import urlopen

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Describe a provider: `module` and `view` name anymail's reader, `setting` the view's name for the secret.

    `pair`: the secret is `name:password`, part of the URL that the provider is given; otherwise it is a signing key.
    `hosts` are the domains of its SMTP servers.
    """

    title: str
    module: str = ""
    view: str = ""
    setting: str = "webhook_secret"
    pair: bool = False
    hosts: tuple[str, ...] = ()


# Left out: Unisender Go, which signs with MD5 and probes the URL by GET.
PROVIDERS: Mapping[str, Provider] = {
    "brevo": Provider(title="Brevo", view="BrevoTrackingWebhookView", pair=True, hosts=("brevo.com", "sendinblue.com")),
    "mailersend": Provider(
        title="MailerSend", view="MailerSendTrackingWebhookView", setting="signing_secret", hosts=("mailersend.net",)
    ),
    "mailgun": Provider(
        title="Mailgun", view="MailgunTrackingWebhookView", setting="webhook_signing_key", hosts=("mailgun.org",)
    ),
    "mailjet": Provider(title="Mailjet", view="MailjetTrackingWebhookView", pair=True, hosts=("mailjet.com",)),
    "mailtrap": Provider(
        title="Mailtrap", view="MailtrapTrackingWebhookView", setting="tracking_secret", hosts=("smtp.mailtrap.io",)
    ),
    "mandrill": Provider(
        title="Mailchimp Transactional (Mandrill)", view="MandrillCombinedWebhookView", setting="webhook_key",
        hosts=("mandrillapp.com",),
    ),
    "postal": Provider(title="Postal", view="PostalTrackingWebhookView", setting="webhook_key"),
    "postmark": Provider(title="Postmark", view="PostmarkTrackingWebhookView", pair=True, hosts=("postmarkapp.com",)),
    "resend": Provider(title="Resend", hosts=("resend.com",)),
    "sendgrid": Provider(
        title="SendGrid", view="SendGridTrackingWebhookView", setting="tracking_webhook_verification_key",
        hosts=("sendgrid.net",),
    ),
    "ses": Provider(title="Amazon SES", pair=True, hosts=("amazonaws.com", "amazonaws.com.cn")),
    "sparkpost": Provider(
        title="SparkPost", view="SparkPostTrackingWebhookView", pair=True,
        hosts=("sparkpostmail.com", "eu.sparkpostmail.com"),
    ),
}  # fmt: skip

SVIX_TOLERANCE = 300  # seconds (docs.svix.com, "Verifying webhooks manually")
CONFIRM_WAIT = 10.0
_SNS = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/\?")


def open_reader(name: str, *, secret: str) -> Any:
    """Return anymail's view that verifies and parses the requests of a provider; it is not used as a view."""
    known = PROVIDERS[name]
    if name == "resend":
        return _open_resend(secret)
    if name == "ses":
        return _open_ses(secret)
    more = {"webhook_url": address_of(name)} if name == "mandrill" else {}
    view = getattr(import_module(f"anymail.webhooks.{known.module or name}"), known.view)
    return view(**{known.setting: secret}, **more)


def address_of(name: str) -> str:
    """Return the URL that a provider is given; Mandrill's signature includes it."""
    return f"{settings.ESMERO.public_url.rstrip('/')}/hooks/{name}"


def provider_of(host: str) -> str:
    """Return the provider of an SMTP server; "" if it is none of these."""
    name = host.lower().rstrip(".")
    return next(
        (key for key, one in PROVIDERS.items() if any(name == end or name.endswith(f".{end}") for end in one.hosts)), ""
    )


def _open_resend(secret: str) -> Any:
    from anymail.webhooks.base import AnymailBaseWebhookView
    from anymail.webhooks.resend import ResendTrackingWebhookView

    class ResendReader(ResendTrackingWebhookView):  # type: ignore[misc]
        warn_if_no_basic_auth = False

        def __init__(self) -> None:
            self._svix_webhook = None
            AnymailBaseWebhookView.__init__(self)

        def validate_request(self, request: HttpRequest) -> None:
            """Check the signature of Svix."""
            check_svix(request, secret=secret)

    return ResendReader()


def check_svix(request: HttpRequest, *, secret: str) -> None:
    """Verify a recent signature of Svix. Raises AnymailWebhookValidationFailure."""
    from anymail.exceptions import AnymailWebhookValidationFailure

    ident, stamp = request.headers.get("svix-id", ""), request.headers.get("svix-timestamp", "")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        lately = abs(time.time() - int(stamp)) <= SVIX_TOLERANCE
    except (binascii.Error, ValueError) as fault:
        raise AnymailWebhookValidationFailure("The request or the secret is not in Svix's form.") from fault
    signed = f"{ident}.{stamp}.".encode() + request.body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = request.headers.get("svix-signature", "").split()
    if not ident or not lately or not any(constant_time_compare(one, f"v1,{right}") for one in given):
        raise AnymailWebhookValidationFailure("The signature is not Resend's.")


def _open_ses(secret: str) -> Any:
    from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
    from anymail.webhooks.base import AnymailBaseWebhookView

    class SesReader(AmazonSESTrackingWebhookView):  # type: ignore[misc]
        def __init__(self) -> None:
            self.auto_confirm_enabled = True
            AnymailBaseWebhookView.__init__(self, webhook_secret=secret)

        def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
            """Confirm the subscription to Amazon: the request has authenticated itself by our password."""
            confirm_topic(str(sns_message.get("SubscribeURL", "")))

    return SesReader()


def confirm_topic(url: str) -> None:
    """Open the URL that confirms a subscription, only if it is Amazon's. Raises AnymailWebhookValidationFailure."""
    from anymail.exceptions import AnymailWebhookValidationFailure

    if not _SNS.match(url):
        raise AnymailWebhookValidationFailure("The address to confirm the subscription is not Amazon's.")
    try:
        with urlopen(url, timeout=CONFIRM_WAIT) as answer:  # noqa: S310 - https and Amazon's, checked above
            answer.read(65_536)
    except OSError as fault:
        raise ValueError(f"Amazon did not take our confirmation: {fault}") from fault
