"""Route the customer area; web/portal/site.py decides which requests come here."""

from allauth.account import views as account
from django.urls import include, path
from django.views.generic import RedirectView

from esmero.web.portal import account_page, links
from esmero.web.shells.brand_colours import brand_colours

handler404 = "esmero.web.shells.host_brands.page_not_found"

# Names of django-allauth, by which its views find each other.
_account = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("once-more/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/first/", links.ask_for_password_link, name="account_set_password"),
    path("password/forgotten/", links.ask_for_password_link, name="account_reset_password"),
    path("email/", account_page.change_email, name="account_email"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
_signed = [
    path("l/<slug:token>", links.sign_in_by_link, name="area-sign-in-link"),
    path("i/<slug:token>", links.accept_invitation, name="area-invitation"),
    path("k/<slug:token>", links.new_password, name="area-new-password"),
    path("e/<slug:token>", links.new_email, name="area-new-email"),
]
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="area", permanent=False)),
    path("brand/<slug:slug>.css", brand_colours, name="brand-colours"),
    path("area/", account_page.account_page, name="area"),
    path("area/sign-in/link/", links.ask_for_sign_in_link, name="area-ask-for-link"),
    path("area/", include(_account)),
    path("area/", include(_signed)),
]
