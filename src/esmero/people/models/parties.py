"""Define what belongs to a party, a person or an organisation: contact points, roles, numbers; and memberships."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from esmero.house.models import Brand
from esmero.people.models.persons import Organisation, Person


class OfParty(models.Model):
    """Refer to a party: a person or an organisation, never both (abstract; docs/decisions/0020-parties.md)."""

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, organisation__isnull=False) | Q(person__isnull=False, organisation=None),
                name="%(class)s_one_party",
            )
        ]

    @property
    def party(self) -> Person | Organisation:
        """Return the person or the organisation."""
        party = self.person or self.organisation
        assert party is not None
        return party


class ContactPointKind(models.TextChoices):
    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class AddressUse(models.TextChoices):
    """Name the use of a postal address; a blank one serves every use."""

    HOME = "home"
    BILLING = "billing"
    SERVICE = "service"  # where the service is installed or delivered


class ContactPoint(OfParty):
    """Store a further address, phone or postal address: the value as given, `usable` by the check of its standard."""

    Kind = ContactPointKind
    Use = AddressUse

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="contact_points")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="contact_points"
    )
    kind = models.CharField(max_length=5, choices=Kind.choices)
    value = models.CharField(max_length=500)
    use = models.CharField(max_length=7, choices=Use.choices, blank=True, default="")
    facts = models.JSONField(default=dict, blank=True, help_text="e164, or the parts of esmero/postal_address.py")
    usable = models.BooleanField(default=True)
    written_by = models.BigIntegerField(null=True, blank=True, help_text="The import that wrote it, null for staff.")

    class Meta(OfParty.Meta):
        constraints = [
            *OfParty.Meta.constraints,
            models.UniqueConstraint(fields=["person", "kind", "value", "use"], name="contact_point_once"),
            models.UniqueConstraint(fields=["organisation", "kind", "value", "use"], name="contact_point_of_body_once"),
        ]

    def __str__(self) -> str:
        return self.value


class RoleKind(models.TextChoices):
    """Name the roles of a party; it may hold several at once (capabilities.md S0-42)."""

    CUSTOMER = "customer"
    MEMBER = "member"
    PROSPECT = "prospect"
    SPONSOR = "sponsor"
    MEMBER_CLIENT = "member-client"  # a client of a member
    SUPPLIER = "supplier"


class PartyRole(OfParty):
    """Store a role of a party towards the house or, with `brand`, towards one brand; days include both ends."""

    Kind = RoleKind

    kind = models.CharField(max_length=13, choices=Kind.choices)
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True, blank=True, help_text="First day; null if unknown.")
    until = models.DateField(null=True, blank=True, help_text="Last day; null while no end is known.")
    written_by = models.BigIntegerField(null=True, blank=True, help_text="The import that wrote it, null for staff.")

    class Meta(OfParty.Meta):
        constraints = [
            *OfParty.Meta.constraints,
            models.UniqueConstraint(
                F("person"), F("kind"), Coalesce("brand", 0), condition=Q(until=None), name="role_of_person_once"
            ),
            models.UniqueConstraint(
                F("organisation"), F("kind"), Coalesce("brand", 0), condition=Q(until=None), name="role_of_body_once"
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="role_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["kind", "person"], name="role_kind")]

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def on(cls, day: date) -> Q:
        """Return the condition that a role is held on a day."""
        return (Q(since=None) | Q(since__lte=day)) & (Q(until=None) | Q(until__gte=day))


class PartyNumber(OfParty):
    """Store the number by which another system of a brand (shop, billing, old CRM) knows a party."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=80)
    written_by = models.BigIntegerField(null=True, blank=True, help_text="The import that wrote it, null for staff.")

    class Meta(OfParty.Meta):
        constraints = [
            *OfParty.Meta.constraints,
            models.UniqueConstraint(fields=["brand", "value"], name="party_number_once"),
        ]

    def __str__(self) -> str:
        return self.value


class Membership(models.Model):
    """Store a further organisation of a person, with their position in it; the main one stands at the person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    position = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "organisation"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.organisation_id}"
