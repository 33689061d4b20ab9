"""Configure PostgreSQL's query planner on each new connection."""

from typing import Any

from django.db.backends.signals import connection_created


def set_planner_costs(sender: object, *, connection: Any, **facts: Any) -> None:  # noqa: ARG001 - as Django calls it
    """Set the cost of random page access to that of solid-state disks.

    With the default of 4.0, a search scans the whole table of persons instead of a covering index, and lists are sorted
    instead of read in the order of an index.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET random_page_cost = 1.1")


def configure_connections() -> None:
    """Connect `set_planner_costs` to the signal of new connections."""
    connection_created.connect(set_planner_costs, dispatch_uid="esmero-planner")
