from django.urls import path

from esmero.web.public.click import click
from esmero.web.public.forms import confirmation, sign_up, signed_up
from esmero.web.public.leaving import unsubscribe
from esmero.web.public.preferences import preferences
from esmero.web.public.why import why

urlpatterns = [
    path("c/<slug:token>", click),
    path("u/<slug:token>", unsubscribe),
    path("w/<slug:token>", why),
    path("f/<slug:token>", preferences),
    path("s/<slug:slug>", sign_up, name="form"),
    path("s/<slug:slug>/sent", signed_up, name="form-sent"),
    path("o/<slug:token>", confirmation),
]
