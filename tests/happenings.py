"""What happened, as higher packages are told."""

from esmero.house.models import Happening


def happened(*kinds):
    """Give the happenings of these kinds (or all), in the order in which they were written: (kind, ids)."""
    rows = Happening.objects.order_by("id").values_list("kind", "facts")
    return [(kind, facts) for kind, facts in rows if not kinds or kind in kinds]
