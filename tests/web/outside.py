"""Pages outside the console: the sign-in's and the readers'; `paths` by name as in facts.py."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from esmero.asks.models import Form, Submission
from esmero.campaigns.models import Campaign
from esmero.house.models import User
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.people.models import Topic
from esmero.rendering.tokens import TokenPurpose
from tests.grants.facts import grant_data_access, path_of
from tests.house_facts import House

SIGNED_OUT = (
    "login", "signup", "inactive", "confirm-email", "confirm-email/no-such-key", "password/reset",
    "password/reset/done", "password/reset/key/1-no-such-key", "password/reset/key/done",
)  # fmt: skip
BEHIND = {
    "password": "password/change", "sign-out": "logout", "email": "email", "confirm-again": "reauthenticate",
    "sessions": "sessions", "factors": "2fa", "factor-off": "2fa/totp/deactivate",
    "codes": "2fa/recovery-codes", "codes-new": "2fa/recovery-codes/generate", "factor-again": "2fa/reauthenticate",
    "passkeys": "2fa/webauthn",
}  # fmt: skip
BARE = {  # for whoever has no second factor
    "bare-factors": "/accounts/2fa/", "bare-factor-new": "/accounts/2fa/totp/activate/",
    "bare-passkey-new": "/accounts/2fa/webauthn/add/",
}  # fmt: skip


def furnish_doors(user: User) -> dict[str, str]:
    """Give somebody each kind of second factor, and return the pages of the sign-in."""
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    facts = {"name": "Llave de Lucía", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=facts)
    return {f"door-{name}": f"/accounts/{path}/" for name, path in BEHIND.items()}


def furnish_outside(house: House) -> dict[str, str]:
    """Open what readers may see, and return its pages.

    Those whose name begins with `out-` are for whoever has not signed in.
    """
    now = timezone.now()
    Topic.objects.filter(pk=house.topic.pk).update(archive_is_public=True)
    message = Message.objects.order_by("id").first()
    form = Form.objects.filter(state="open").order_by("id").first()
    asked = Submission.objects.create(
        form=form, address="nueva@cliente.example", language="es", topics=[house.topic.pk], wording="Sí",
        wording_version="1", at=now,
    )  # fmt: skip
    access = grant_data_access(message.person, brand=house.brand, at=now)
    signer, day = open_signer(), day_of(now)
    issue = Campaign.objects.exclude(dispatch=None).order_by("id").first()
    return {
        **{f"out-{path.replace('/', '-')}": f"/accounts/{path}/" for path in SIGNED_OUT},
        **{
            f"reader-{purpose.name.lower()}": f"/{purpose.value}/{signer.sign(purpose, number, day=day)}"
            for purpose, number in (
                (TokenPurpose.UNSUBSCRIBE, message.pk), (TokenPurpose.PREFERENCES, message.pk),
                (TokenPurpose.WHY, message.pk),
                (TokenPurpose.CONFIRM, asked.pk),
            )
        },
        "reader-data": path_of(access),
        "reader-form": f"/s/{form.slug}", "reader-form-sent": f"/s/{form.slug}/sent",
        "reader-archive": f"/a/{house.brand.slug}/{house.topic.code}",
        "reader-issue": f"/a/{house.brand.slug}/{house.topic.code}/{issue.pk}",
    }  # fmt: skip
