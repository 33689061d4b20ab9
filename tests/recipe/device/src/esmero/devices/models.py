"""Define devices: equipment that the company lends to a customer."""

from django.db import models
from django.db.models import F, Q

from esmero.house.models import Versioned
from esmero.people.models import Person


class Device(Versioned):
    """Represent a device and its loan; without a person once they are erased, with a day of return once it is back."""

    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    serial_number = models.CharField(max_length=80, unique=True)
    lent_on = models.DateField()
    given_back_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_back_on=None) | Q(given_back_on__gte=F("lent_on")), name="device_days_in_order"
            )
        ]
        indexes = [models.Index(fields=["lent_on", "id"], name="device_lent_on")]

    def __str__(self) -> str:
        return f"{self.name} ({self.serial_number})"
