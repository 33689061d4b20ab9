from django.urls import include, path
from django.views.generic import RedirectView

from esmero.web.console.password_reset import reset_password
from esmero.web.shells.brand_colours import brand_colours

handler404 = "esmero.web.shells.host_brands.page_not_found"
urlpatterns = [
    path("brand/<slug:slug>.css", brand_colours, name="brand-colours"),
    path("", RedirectView.as_view(url="/console/", permanent=False)),
    path("accounts/password/reset/", reset_password, name="account_reset_password"),
    # Staff have one address each, edited on the team page, so allauth's list of addresses is not used.
    path("accounts/email/", RedirectView.as_view(pattern_name="console:own"), name="account_email"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("console/", include("esmero.web.console.urls")),
    path("", include("esmero.web.public.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
