"""Define staff, roles, teams, issuers, brands, audit log, saved views, drafts, and happenings with deliveries."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q

from esmero.house.sign_in.kinds import UserKind, current_kind
from esmero.vault.models import StoredFile
from esmero.work.models import Due


class Versioned(models.Model):
    """Count the versions of a row that several people edit (mixin); see house/editing/row_versions.py."""

    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def save(self, *args: Any, **how: Any) -> None:
        """Save the row; its version is counted in the database alone, for this object may be an old copy."""
        if not self._state.adding and how.get("update_fields") is None and not how.get("force_insert"):
            columns = (field for field in self._meta.concrete_fields if not field.primary_key)
            how["update_fields"] = [field.name for field in columns if field.name != "row_version"]
        super().save(*args, **how)


class UserManager(BaseUserManager["User"]):
    """Find and create users of the kind that the running code serves (house/sign_in/kinds.py); staff by default.

    Addresses are stored in lower case and found regardless of case.
    """

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().filter(kind=current_kind())

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        user = self.model(email=email.strip().lower(), **facts)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class CustomerManager(models.Manager["User"]):
    """Find customers, whatever kind the running code serves."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().filter(kind=UserKind.CUSTOMER)


class UserRole(models.TextChoices):
    """List the roles that every installation has; the operator's own are rows of StaffRole."""

    OWNER = "owner"
    MANAGER = "manager"
    AGENT = "agent"
    READER = "reader"


class User(AbstractBaseUser, PermissionsMixin):
    """Represent a log-in: of a member of staff, whose role defines the rights (house/roles.py), or of a customer.

    The two kinds share the table and nothing else: `objects` holds the kind that the running code serves, and an
    address may belong to one of each. A customer's person stands in accounts/models.py.
    """

    Role = UserRole

    Kind = UserKind

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.STAFF)
    email = models.EmailField()
    username = models.CharField(max_length=60, unique=True, null=True, blank=True, help_text="Of customers only.")
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(
        max_length=40,
        blank=True,
        default=Role.READER,
        help_text="Code of a UserRole or StaffRole; an unknown one has no rights. Customers have none.",
    )
    language = models.CharField(max_length=2, default="en")
    timezone = models.CharField(max_length=64, default="Europe/Madrid")
    theme = models.CharField(max_length=5, blank=True, default="")
    console = models.JSONField(
        default=dict, blank=True, help_text="What they chose in the console: columns, hidden hints."
    )
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    customers: ClassVar[CustomerManager] = CustomerManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "email"], name="user_address"),
            models.CheckConstraint(
                condition=(
                    Q(kind=UserKind.STAFF, username=None) & ~Q(role="") & ~Q(name="")
                    | Q(kind=UserKind.CUSTOMER, role="", is_superuser=False)
                ),
                name="user_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return self.is_active and self.kind == UserKind.STAFF


class StaffRole(Versioned):
    """Define a role of the operator's own: a name and a set of rights (house/rights.py)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80, unique=True)
    rights = models.JSONField(default=list, help_text="Sorted names of rights.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class HouseSetting(models.Model):
    """Store a setting of the whole house that is on while its row exists, with its author."""

    name = models.CharField(max_length=40, primary_key=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Issuer(Versioned):
    """Represent the legal entity behind one or several brands: it concludes contracts and issues invoices.

    `postal_address` has the parts of esmero/postal_address.py, its country is that of the tax number.
    """

    name = models.CharField(max_length=200, help_text="As the law wants it named, such as Fibra Norte, S.L.")
    tax_id = models.CharField(max_length=40, blank=True, default="")
    siren = models.CharField(max_length=9, blank=True, default="", help_text="France: the nine digits of INSEE.")
    postal_address = models.JSONField(default=dict, blank=True)
    iban = models.CharField(max_length=34, blank=True, default="")
    creditor_id = models.CharField(max_length=35, blank=True, default="", help_text="SEPA creditor identifier, AT-02.")
    status_address = models.EmailField(blank=True, default="", help_text="Statuses of invoices arrive here.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """Store a series of consecutive numbers of an issuer; house/issuers/number_series.py allocates from it."""

    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=12, blank=True, default="")
    year = models.PositiveSmallIntegerField(default=0, help_text="0: the series does not begin anew each year.")
    head = models.CharField(max_length=20, blank=True, editable=False, help_text="As printed: prefix and year.")
    first_number = models.PositiveIntegerField(default=1)
    next_number = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "head"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.year or ''}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the printed head with the row: F of 2026 and F2026 of every year would print the same numbers."""
        self.head = str(self)
        super().save(*args, **kwargs)


class Brand(Versioned):
    """Represent a sender identity: sender, host, legal text and jurisdiction profile."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    issuer = models.ForeignKey(Issuer, null=True, blank=True, on_delete=models.PROTECT, related_name="brands")
    profile = models.CharField(max_length=8, default="EU")
    language = models.CharField(max_length=2, default="en")
    sender_name = models.CharField(max_length=120)
    sender_address = models.EmailField()
    mailbox = models.EmailField(blank=True, default="", help_text="Human replies are forwarded here.")
    phone = models.CharField(max_length=40, blank=True, default="")
    postal_address = models.CharField(max_length=300, blank=True, default="")
    public_url = models.URLField(help_text="Where this house answers recipients, e.g. https://mail.example.org")
    return_domain = models.CharField(max_length=190, help_text="Returns and replies to tagged addresses arrive here.")
    dkim_domain = models.CharField(max_length=190, blank=True, default="")
    dkim_selector = models.CharField(max_length=63, blank=True, default="")
    colour = models.CharField(max_length=7, default="#0e5c59")
    logo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    readiness = models.JSONField(
        default=dict, blank=True, help_text="What the last look at the domain's records found."
    )
    readiness_at = models.DateTimeField(null=True, blank=True)
    timezone = models.CharField(max_length=64, default="Europe/Madrid")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def legal_name(self) -> str:
        """Return the name of the issuer, "" without one."""
        return self.issuer.name if self.issuer else ""


class Team(Versioned):
    """Group members of staff who answer for the same things, for one brand or for all (null)."""

    name = models.CharField(max_length=80, unique=True)
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField(User, through="TeamMember", related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Store that a member of staff belongs to a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class StaffAbsence(models.Model):
    """Store that a member of staff is away from the first to the last day, in their time zone, and who stands in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    stand_in = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=models.F("first_day")), name="absence_in_order"),
            models.CheckConstraint(
                condition=Q(stand_in=None) | ~Q(stand_in=models.F("user")), name="absence_stand_in_is_another"
            ),
        ]
        indexes = [models.Index(fields=["last_day"], name="absence_last_day")]

    def __str__(self) -> str:
        return f"{self.user_id} from {self.first_day} to {self.last_day}"


class AuditEntry(models.Model):
    """Record a significant change, in the transaction of the change; append-only."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200, default="")
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True, default="")
    subject_id = models.BigIntegerField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="audit_subject"),
            models.Index(fields=["action"], name="audit_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"


class SavedView(models.Model):
    """Store the query string of a list page under a name."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40, help_text="Name of the console's address, such as people.")
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True, default="")
    shared = models.BooleanField(default=False, help_text="Everybody of the staff sees it.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["page"], name="saved_view_page")]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """Keep what somebody writes until they save the thing: one draft for each person, thing and part of it."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    part = models.CharField(max_length=20, blank=True, default="", help_text="Such as a language.")
    content = models.JSONField(default=dict, help_text="{field: text}, as it stands in the form.")
    begun_from = models.PositiveIntegerField(default=0, help_text="The row's version that the writer saw.")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "subject_kind", "subject_id", "part"], name="draft_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} by {self.owner_id}"


class Happening(Due):
    """Store an event that higher packages react to: a kind of house/happenings.py and its ids, no foreign key.

    It is due until its deliveries are made, by the table in rounds/reactions.py.
    """

    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="happening_due"),
            models.Index(fields=["at"], name="happening_at"),
        ]

    def __str__(self) -> str:
        return self.kind


class HappeningDelivery(Due):
    """Store the delivery of one happening to one function. It is due until done or failed (due_at and done_at null)."""

    happening = models.ForeignKey(Happening, on_delete=models.CASCADE, related_name="deliveries")
    function = models.CharField(max_length=60, help_text="Its name in rounds/reactions.py.")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["happening", "function"], name="delivery_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["function"], condition=Q(done_at=None), name="delivery_open"),
        ]

    def __str__(self) -> str:
        return f"{self.function} {self.happening_id}"
