"""Define, change and delete teams of staff."""

from collections.abc import Collection

from django.db import transaction

from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import Brand, Team, TeamMember, User
from esmero.refusal import InvalidValue
from esmero.text_folding import fold


def save_team(
    team: Team, *, name: str, brand: Brand | None, members: Collection[User], by: User | str, seen: int | None = None
) -> Team:
    """Create or change a team with its members.

    Raises:
        StaleWrite: the team was changed since the version `seen`.
        InvalidValue: another team has this name.
        ValidationError: the name is blank or too long.

    """
    with transaction.atomic():
        is_new = team.pk is None
        if not is_new:
            advance_version(team, seen=seen)
        team.name, team.brand = name.strip(), brand
        # Compared here, because SQLite compares only ASCII regardless of case.
        if fold(team.name) in map(fold, Team.objects.exclude(pk=team.pk).values_list("name", flat=True)):
            raise InvalidValue("name-taken", name=team.name)
        team.full_clean()
        team.save()
        wanted = {member.pk for member in members}
        have = set() if is_new else set(team.memberships.values_list("user_id", flat=True))
        team.memberships.filter(user__in=have - wanted).delete()
        TeamMember.objects.bulk_create([TeamMember(team=team, user_id=pk) for pk in sorted(wanted - have)])
        facts = {"name": team.name, "members": sorted(str(member) for member in members)}
        note("team.created" if is_new else "team.changed", by=by, subject=team, facts=facts)
    return team


def delete_team(team: Team, *, by: User | str) -> None:
    """Delete a team; its members stay."""
    with transaction.atomic():
        note("team.deleted", by=by, subject=team, facts={"name": team.name})
        team.delete()
