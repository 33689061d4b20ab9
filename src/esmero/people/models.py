"""Persons and organisations, how to reach them, what they allowed and wish, and the imports that brought them."""

from django.db import models
from django.db.models import Q

from esmero.house.models import Brand
from esmero.people.family import FromFamilyName
from esmero.vault.models import Sealed
from esmero.work.models import Job


class Channel(models.TextChoices):
    EMAIL = "email"
    POST = "post"
    PHONE = "phone"
    PORTAL = "portal"


class Address(models.Model):
    """One e-mail address known to the house, lower-cased; standing belongs to the address, not to who uses it."""

    class Standing(models.TextChoices):
        OK = "ok"
        FAILING = "failing"
        SUPPRESSED = "suppressed"

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


class Organisation(models.Model):
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, db_index=True)
    tax_id = models.CharField(max_length=40, blank=True, default="")
    domain = models.CharField(max_length=255, blank=True, default="", help_text="Of its addresses and web site.")
    country = models.CharField(max_length=2, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A human being (or the contact of an organisation) in relation with the house."""

    class State(models.TextChoices):
        ACTIVE = "active"
        MERGED = "merged"
        ERASED = "erased"

    # Who is not active, for lists of something else: asked this way, no planner begins with the million who are.
    GONE = (State.MERGED, State.ERASED)

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
            models.Index(fields=["folded", "id"], name="person_search"),
            models.Index(fields=["state", "folded", "id"], name="person_by_name"),
            models.Index(fields=["state", "created_at", "id"], name="person_by_age"),
            models.Index(fields=["organisation", "state", "folded", "id"], name="person_by_organisation"),
            models.Index("state", FromFamilyName("folded", "given_name"), "id", name="person_by_family"),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.number or str(self.pk)


class ContactPoint(models.Model):
    """Another address, a phone or a postal address, kept as a fact: value as given, `usable` by the standard's check."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        POST = "post"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    value = models.CharField(max_length=500)
    facts = models.JSONField(default=dict, blank=True, help_text="street, postal_code, city, region, country; e164")
    usable = models.BooleanField(default=True)
    written_by = models.BigIntegerField(null=True, blank=True, help_text="The import that wrote it, null for staff.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "value"], name="contact_point_once")]

    def __str__(self) -> str:
        return self.value


class Note(models.Model):
    """A call, a visit or a thought that somebody of the house wrote down about a person (domain.md, Moment)."""

    class Kind(models.TextChoices):
        NOTE = "note"
        CALL = "call"
        VISIT = "visit"
        LETTER = "letter"

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


class OwnField(models.Model):
    """A field that the operator declared: its key, its words and its type."""

    class Kind(models.TextChoices):
        TEXT = "text"
        INTEGER = "integer"
        DECIMAL = "decimal"
        YES_NO = "boolean"
        DATE = "date"
        CHOICE = "choice"

    key = models.SlugField(max_length=60, unique=True)
    label = models.JSONField(default=dict, help_text="{language: text}")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TEXT)
    choices = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return self.key


class Purpose(models.Model):
    """What a permission is for. `commercial` decides whether the rules for advertising apply."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.JSONField(default=dict, help_text="{language: text}")
    commercial = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Topic(models.Model):
    """What a brand writes about regularly, and people can choose."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=60)
    name = models.JSONField(default=dict, help_text="{language: text}")
    description = models.JSONField(default=dict, blank=True, help_text="{language: text}")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True, help_text="No longer offered; its ledger stays.")
    archive_is_public = models.BooleanField(default=False, help_text="Anybody may read its issues on the web.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="topic_once")]

    def __str__(self) -> str:
        return self.code


class PermissionFacts(models.Model):
    """What the ledger and the standing say alike."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.EMAIL)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class PermissionEntry(PermissionFacts):
    """The ledger: appended to, never changed, never deleted (domain.md, Permission)."""

    class Act(models.TextChoices):
        REQUESTED = "requested"
        GRANTED = "granted"
        WITHDRAWN = "withdrawn"
        OBJECTED = "objected"
        EXPIRED = "expired"

    act = models.CharField(max_length=9, choices=Act.choices)
    basis = models.CharField(max_length=30, blank=True, default="", help_text="consent, soft opt-in, contract, …")
    at = models.DateTimeField(help_text="When the person did it, as far as known.")
    wording = models.TextField(blank=True, default="")
    wording_version = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(max_length=300)
    proof = models.ForeignKey(Sealed, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proof_place = models.CharField(max_length=200, blank=True, default="", help_text="Line of the file, mail, form …")
    by_person = models.BooleanField(
        default=False, help_text="The person acted in front of us (page, mail), not a list."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "brand"], name="permission_entry_person"),
            models.Index(fields=["brand", "act", "id"], name="permission_entry_act"),
            models.Index(fields=["brand", "topic", "id"], name="permission_entry_topic"),
            models.Index(fields=["brand", "basis", "id"], name="permission_entry_basis"),
            models.Index(fields=["brand", "channel", "id"], name="permission_entry_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d}"


class Permission(PermissionFacts):
    """The standing that follows from the ledger, one row per person, brand, channel, purpose and topic."""

    granted_at = models.DateTimeField(null=True, blank=True)
    basis = models.CharField(max_length=30, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    objected = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=PermissionEntry.Act.choices)
    entry = models.ForeignKey(PermissionEntry, on_delete=models.PROTECT, related_name="+", help_text="The proof.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "brand", "channel", "purpose", "topic"], name="permission_topic_once"
            ),
            models.UniqueConstraint(
                fields=["person", "brand", "channel", "purpose"],
                condition=Q(topic__isnull=True),
                name="permission_once",
            ),
        ]
        indexes = [models.Index(fields=["brand", "topic", "state", "person"], name="permission_lookup")]

    def __str__(self) -> str:
        return f"{self.state} {self.person_id}"


class Preference(models.Model):
    """The person's wish for a topic (or, with no topic, for all that a brand sends): wanted, how often, paused until."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    wanted = models.BooleanField(null=True)
    minimum_gap_days = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "brand", "topic"], name="preference_topic_once"),
            models.UniqueConstraint(
                fields=["person", "brand"], condition=Q(topic__isnull=True), name="preference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.topic_id}"


class Suppression(models.Model):
    """Silence for an address, by keyed hash so that it outlives the person's data (people/suppression.py)."""

    class Scope(models.TextChoices):
        ALL = "all"
        COMMERCIAL = "commercial"

    hash = models.CharField(max_length=64)
    hash_version = models.PositiveSmallIntegerField(default=1)
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ALL)
    reason = models.CharField(max_length=40)
    evidence = models.CharField(max_length=300, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["hash"], name="suppression_hash")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"


class BlockedDomain(models.Model):
    """The operator's list of domains whose addresses an import refuses (a leading dot covers subdomains too)."""

    domain = models.CharField(max_length=255, unique=True)
    note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.domain


class Segment(models.Model):
    """A saved list of conditions; the conditions themselves are values of people/segments.py."""

    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150, unique=True)
    conditions = models.JSONField(default=dict)
    description = models.JSONField(default=dict, blank=True, help_text="{language: text}, public")
    counted = models.BigIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """An address that a machine named instead of a person's: somebody of the house decides, nothing is added by itself."""

    class Kind(models.TextChoices):
        SUCCESSOR = "successor"  # the person left; another one follows
        MOVED = "moved"  # the same person reads another address

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    address = models.CharField(max_length=320)
    evidence = models.CharField(max_length=200, help_text="Where to look it up.")
    words = models.CharField(max_length=600, blank=True, default="", help_text="What the mail said around the address.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    became = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "address"], name="proposal_once")]
        indexes = [models.Index(fields=["state", "found_at", "id"], name="proposal_state")]

    def __str__(self) -> str:
        return f"{self.address} for {self.person_id}"


class Duplicate(models.Model):
    """Two persons who may be one: `first` has the lower id. What was decided stays, so that it is not asked again."""

    class State(models.TextChoices):
        OPEN = "open"
        MERGED = "merged"
        DIFFERENT = "different"

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    signs = models.JSONField(default=list, help_text="address, name, phone, post: what is alike.")
    weight = models.PositiveSmallIntegerField(default=0, help_text="The more, the likelier.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="duplicate_once")]
        indexes = [models.Index(fields=["state", "weight", "id"], name="duplicate_state")]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"


class Merge(models.Model):
    """Two persons became one: what moved stands in `facts`, so that it can be undone exactly."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    by = models.CharField(max_length=200, default="")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"


class Import(models.Model):
    """A file that somebody brings: what it is, what its columns mean, and what became of each line."""

    class State(models.TextChoices):
        DRAFT = "draft"
        CHECKING = "checking"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    file = models.ForeignKey(Sealed, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=300, blank=True, default="")
    reading = models.JSONField(default=dict, help_text="encoding, delimiter, header line, columns")
    mapping = models.JSONField(default=dict, help_text="Column to field, as confirmed.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    counts = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name


class ImportLine(models.Model):
    """The verdict on one line. `line` is the number in the file at which the record starts; the head is line 1."""

    class Verdict(models.TextChoices):
        ADDED = "added"
        CHANGED = "changed"
        UNCHANGED = "unchanged"
        MERGED = "merged"
        REFUSED = "refused"

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    number = models.CharField(max_length=80, blank=True, default="")
    address_verdict = models.CharField(
        max_length=8, blank=True, default="", help_text="ok, mended, none, invalid, suppressed"
    )
    reason = models.CharField(max_length=60, blank=True, default="")
    cell = models.CharField(max_length=200, blank=True, default="", help_text="Column and what stood in it.")
    warnings = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="import_line_once")]
        indexes = [models.Index(fields=["of", "verdict"], name="import_line_verdict")]

    def __str__(self) -> str:
        return f"{self.line}: {self.verdict}"
