"""Define customer accounts: which person a customer's log-in belongs to."""

from django.db import models

from esmero.house.models import Brand, User
from esmero.people.models import Person


class CustomerAccount(models.Model):
    """Represent the account of a person in the customer area; `user` holds password and address of the log-in.

    A person has one; after a merge the survivor may have two log-ins, both theirs. Closed: `user.is_active` is false.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+", related_query_name="customer_account")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+", help_text="Writes to the customer.")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"account {self.pk}"
