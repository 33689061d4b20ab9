"""Define duplicate persons, merges and proposed addresses."""

from django.db import models

from esmero.people.models.persons import Person


class ProposalKind(models.TextChoices):
    SUCCESSOR = "successor"  # the person left; another one follows
    MOVED = "moved"  # the same person reads another address


class ProposalState(models.TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Proposal(models.Model):
    """Store an address that incoming mail names for a person; staff decide, nothing is added automatically."""

    Kind = ProposalKind

    State = ProposalState

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


class DuplicateState(models.TextChoices):
    OPEN = "open"
    MERGED = "merged"
    DIFFERENT = "different"


class Duplicate(models.Model):
    """Store a pair of persons who may be one; `first` has the lower id. A decided pair is never proposed again."""

    State = DuplicateState

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
    """Record a merge; `facts` lists the moved rows, so that it can be undone exactly."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    by = models.CharField(max_length=200, default="")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
