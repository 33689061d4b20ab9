"""Manage staff: accounts and second factors; roles, teams and absences are listed here and edited in staffing/."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.models import StaffAbsence, StaffRole, Team, User
from esmero.house.roles import list_roles, rights_of
from esmero.house.staffing.listing import list_staff, listed_staff
from esmero.house.team import (
    TWO_FACTOR_RIGHTS,
    change_member,
    deactivate,
    invite,
    needs_two_factor,
    reactivate,
    require_above,
    require_two_factor,
)
from esmero.mailroom.transactional.staff_invitations import make_link, send_invitation
from esmero.outbox.relays import NoRelay
from esmero.web.console.access import requires, staff
from esmero.web.console.generic_pages.edit_pages import Edit, EditView, edit_view
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.labels.house import ROLES, list_role_names
from esmero.web.parts.components.translated_fields import LANGUAGE_NAMES
from esmero.web.refusals.words.rights import RIGHT_WORDS

DUTY_CHOICES = (
    ("owner", gettext_lazy("everything, settings and team included")),
    ("manager", gettext_lazy("imports, campaigns, exports, doubts")),
    ("agent", gettext_lazy("answers people, and changes what is known of them")),
    ("reader", gettext_lazy("reads, and changes nothing")),
)


class MemberForm(forms.Form):
    """Edit a staff account as colleagues may; the rest belongs to its user."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("Address"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), initial="reader")
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGE_NAMES)

    def __init__(self, data: Any, *, member: User | None, reader: User) -> None:
        initial = (
            {"name": member.name, "role": member.role, "language": member.language}
            if member
            else {"language": reader.language}
        )
        super().__init__(data, initial=initial)
        # Who lacks a right can neither give a role that holds it, nor take it from somebody.
        names, held = list_role_names(), rights_of(reader)
        offered = {code for code, rights in list_roles().items() if rights <= held}
        field: Any = self.fields["role"]
        field.choices = [
            (code, name) for code, name in names.items() if code in offered or (member and member.role == code)
        ]
        if member is not None:
            del self.fields["email"]

    def clean_email(self) -> str:
        """Refuse an address that another account uses."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Somebody signs in with this address already."))
        return email


@requires("staff.manage")
def team(request: HttpRequest) -> HttpResponseBase:
    """List the staff."""
    return answer_list(
        request,
        "console/settings/team.html",
        listing=list_staff(lambda: list(list_role_names().items())),
        rows=listed_staff(),
        subject="team",
        duties=_list_duties(),
        teams=_list_teams(),
        absences=_list_absences(),
        for_all=needs_two_factor(),
        may_choose=rights_of(staff(request)).issuperset(TWO_FACTOR_RIGHTS),
    )


def _invite(edit: Edit[User]) -> User:
    member = invite(timezone=edit.by.timezone, by=edit.by, **edit.given)
    _send(edit.request, member)
    return member


def _change(edit: Edit[User]) -> User:
    assert edit.row is not None
    return change_member(edit.row, facts=edit.given, by=edit.by)


def _describe_member(request: HttpRequest, member: User | None) -> dict[str, Any]:
    link = request.session.pop("invitation", None)
    return {
        "member": member,
        "standing": _describe_standing(member),
        "link": link["link"] if link and member and link["member"] == member.pk else "",
        "pending": member is not None and not member.has_usable_password(),
        "duties": _list_duties(),
    }


MEMBER = EditView(
    rows=User.objects.all,
    subject="team",
    right="staff.manage",
    form=lambda request, data, member: MemberForm(data, member=member, reader=staff(request)),
    save=_change,
    above=(("settings", gettext_lazy("Settings")), ("team", gettext_lazy("Team"))),
    new=gettext_lazy("Invite somebody"),
    fields=dict.fromkeys(("right-not-held", "rights-would-be-lost", "last-staff-manager", "role-unknown"), "role"),
    facts=_describe_member,
    template="console/settings/member.html",
)
edit_member = edit_view(MEMBER)
invite_member = edit_view(
    replace(
        MEMBER,
        save=_invite,
        saved=None,
        go=lambda member: ("member", (member.pk,)),
        button=gettext_lazy("Invite"),
    )
)


@require_POST
@requires("staff.manage")
def act_on_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock or unlock an account, send a new invitation link, or remove a lost second factor."""
    member = get_object_or_404(User, pk=pk)
    act, by = request.POST.get("act", ""), staff(request)
    if act == "lock":
        deactivate(member, by=by)
        messages.success(request, _("%(name)s can no longer sign in.") % {"name": member})
    elif act == "let-in":
        reactivate(member, by=by)
        messages.success(request, _("%(name)s can sign in again.") % {"name": member})
    elif act == "invite":
        require_above(member, by=by)  # the link gives the account
        return _send(request, member)
    else:
        raise Http404
    return redirect("console:member", pk=pk)


@require_POST
@requires("house.settings")
def choose_two_factor(request: HttpRequest) -> HttpResponse:
    """Require a second factor from everybody, or make it optional."""
    on = request.POST.get("on") == "yes"
    by = staff(request)
    if on and not Authenticator.objects.filter(user=by).exclude(type="recovery_codes").exists():
        messages.error(request, _("Set up a second factor for yourself first, so that you do not lock yourself out."))
        return redirect("mfa_index")
    require_two_factor(on=on, by=by)
    messages.success(
        request,
        _("From now on everybody needs a second factor.")
        if on
        else _("A second factor is everybody’s own choice again."),
    )
    return redirect("console:team")


def _describe_standing(member: User | None) -> tuple[str, str, str]:
    """Return the line under the title: text, and colour and words of what keeps a colleague from signing in."""
    if member is None:
        return _("They get a mail with a link by which they choose their own password."), "", ""
    if not member.is_active:
        return member.email, "broken", _("locked out")
    return member.email, "wait", "" if member.has_usable_password() else _("has not set a password yet")


def _list_duties() -> list[tuple[str, str, StaffRole | None]]:
    """Return (name, duties, row of an own role) of each role."""
    own = [
        (role.name, "; ".join(str(RIGHT_WORDS[right]) for right in RIGHT_WORDS if right in role.rights), role)
        for role in StaffRole.objects.order_by("name")
    ]
    return [*((str(ROLES[code]), str(words), None) for code, words in DUTY_CHOICES), *own]


def _list_teams() -> list[tuple[int, str, str]]:
    """Return (key, name, brand and members) of each team."""
    rows = Team.objects.select_related("brand").prefetch_related("members").order_by("name")
    return [
        (
            team.pk,
            team.name,
            " · ".join(filter(None, [team.brand.name if team.brand else _("every brand"), _join(team.members.all())])),
        )
        for team in rows
    ]


def _join(people: Iterable[User]) -> str:
    return ", ".join(str(one) for one in people)


def _list_absences() -> list[tuple[int, str, str]]:
    """Return (key, name, days and stand-in) of the absences that are not over."""
    rows = StaffAbsence.objects.filter(last_day__gte=timezone.localdate()).select_related("user", "stand_in")
    return [
        (
            one.pk,
            str(one.user),
            f"{_day(one.first_day)} – {_day(one.last_day)} · "
            + (_("%(name)s stands in") % {"name": one.stand_in} if one.stand_in else _("nobody stands in")),
        )
        for one in rows.order_by("first_day", "pk")
    ]


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _send(request: HttpRequest, member: User) -> HttpResponse:
    """Send the invitation; without a relay, show its link once for copying."""
    try:
        send_invitation(member, by=staff(request))
    except NoRelay:
        request.session["invitation"] = {"member": member.pk, "link": make_link(member)}
        messages.warning(request, _("No mail can leave yet. Give %(name)s the link below yourself.") % {"name": member})
    else:
        messages.success(request, _("The invitation for %(name)s is on its way.") % {"name": member})
    return redirect("console:member", pk=member.pk)
