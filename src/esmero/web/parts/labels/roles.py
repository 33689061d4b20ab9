"""Label the roles of staff, the operator's own included."""

from esmero.house.models import StaffRole
from esmero.web.parts.labels.states import ROLES


def list_role_names() -> dict[str, str]:
    """Return {code: name} of all roles, the installation's own included. One query."""
    own = StaffRole.objects.order_by("name").values_list("code", "name")
    return {**{code: str(words) for code, words in ROLES.items()}, **dict(own)}
