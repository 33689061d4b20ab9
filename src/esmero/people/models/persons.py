"""Define persons, organisations, addresses, tags, notes and custom fields."""

from django.db import models
from django.db.models import Q

from esmero.imports.cell_values import CellKind
from esmero.people.models.family_name import FromFamilyName
from esmero.work.query_plan.likely import Likely


class AddressStanding(models.TextChoices):
    OK = "ok"
    FAILING = "failing"
    SUPPRESSED = "suppressed"


class Address(models.Model):
    """Store one e-mail address in lower case; the status belongs to the address, not to the persons who use it."""

    Standing = AddressStanding

    value = models.CharField(max_length=320, unique=True)
    domain = models.CharField(max_length=255, db_index=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.OK)
    reason = models.CharField(max_length=40, blank=True, default="", help_text="The meaning of the last return.")
    since = models.DateTimeField(null=True, blank=True)
    permanent_returns = models.PositiveSmallIntegerField(default=0)
    temporary_returns = models.PositiveSmallIntegerField(default=0)
    first_return_at = models.DateTimeField(null=True, blank=True)
    last_return_at = models.DateTimeField(null=True, blank=True)
    temporary_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days (UTC) on which a temporary return came."
    )

    class Meta:
        indexes = [
            models.Index(fields=["standing", "id"], condition=~Q(standing="ok"), name="address_in_trouble"),
        ]

    def __str__(self) -> str:
        return self.value


class Capacity(models.TextChoices):
    CONSUMER = "consumer"
    BUSINESS = "business"


class PartyFacts(models.Model):
    """Hold the columns that persons and organisations share as parties to a contract (abstract)."""

    Capacity = Capacity

    capacity = models.CharField(
        max_length=8,
        choices=Capacity.choices,
        blank=True,
        default="",
        help_text="In which capacity it deals with us (Directive 2011/83/EU art. 2); blank if unknown.",
    )
    tax_id = models.CharField(max_length=40, blank=True, default="", help_text="Tax number, without blanks.")
    timezone = models.CharField(max_length=64, blank=True, default="", help_text="IANA name; blank: by the country.")

    class Meta:
        abstract = True


class Organisation(PartyFacts):
    """Represent a company or other organisation that persons belong to."""

    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, db_index=True)
    domain = models.CharField(max_length=255, blank=True, default="", help_text="Of its addresses and web site.")
    country = models.CharField(max_length=2, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class MergedOrganisation(models.Model):
    """Record which organisation stands for a merged one, whose row is gone; undo facts still name it by its id."""

    merged_id = models.BigIntegerField(primary_key=True)
    survivor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"


class Tag(models.Model):
    """Represent a label that staff and imports put on persons."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class PersonState(models.TextChoices):
    ACTIVE = "active"
    MERGED = "merged"
    ERASED = "erased"


class Person(PartyFacts):
    """Represent a human being (or the contact of an organisation).

    `organisation` is the main one, with `position`; further ones are memberships (docs/decisions/0020-parties.md).
    """

    State = PersonState

    # For excluding inactive persons from other lists: with `NOT IN` no planner starts from the million active ones.
    INACTIVE = (State.MERGED, State.ERASED)

    number = models.CharField(max_length=80, null=True, blank=True, unique=True, help_text="The operator's own number.")
    given_name = models.CharField(max_length=150, blank=True, default="")
    family_name = models.CharField(max_length=150, blank=True, default="")
    title = models.CharField(max_length=60, blank=True, default="")
    name_is_damaged = models.BooleanField(
        default=False, help_text="A letter was lost on the way: do not greet by name."
    )
    language = models.CharField(max_length=2, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL)
    position = models.CharField(max_length=120, blank=True, default="", help_text="Role in the organisation.")
    address = models.ForeignKey(Address, null=True, blank=True, on_delete=models.SET_NULL, help_text="Written to here.")
    tags = models.ManyToManyField(Tag, blank=True)
    fields = models.JSONField(default=dict, blank=True, help_text="Own fields: key to typed value.")
    written_by = models.JSONField(
        default=dict, blank=True, help_text="Field to the id of the import that wrote it last."
    )
    folded = models.CharField(
        max_length=700, blank=True, default="", help_text="Accents removed, for search and order."
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "folded", "id"], name="person_by_name"),
            models.Index(fields=["state", "created_at", "id"], name="person_by_age"),
            models.Index(fields=["organisation", "state", "folded", "id"], name="person_by_organisation"),
            models.Index("state", FromFamilyName("folded", "given_name"), "id", name="person_by_family"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.number or str(self.pk)

    @classmethod
    def is_active(cls) -> Q:
        """Return the condition that a person is active, marked as likely for the query planner."""
        return Q(**{f"state__{Likely.lookup_name}": cls.State.ACTIVE})


class NoteKind(models.TextChoices):
    NOTE = "note"
    CALL = "call"
    VISIT = "visit"
    LETTER = "letter"


class Note(models.Model):
    """Store a call, a visit or a letter that staff noted about a person (domain.md, Moment)."""

    Kind = NoteKind

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.NOTE)
    text = models.TextField()
    at = models.DateTimeField(help_text="When it happened, as whoever wrote it says.")
    by = models.CharField(max_length=200)
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="note_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class CustomField(models.Model):
    """Declare a custom field: key, labels and type."""

    Kind = CellKind

    key = models.SlugField(max_length=60, unique=True)
    label = models.JSONField(default=dict, help_text="{language: text}")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TEXT)
    choices = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return self.key
