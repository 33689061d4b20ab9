from django.urls import path, re_path

from esmero.web.public.click import click
from esmero.web.public.leaving import unsubscribe
from esmero.web.public.media import picture
from esmero.web.public.preferences import preferences
from esmero.web.public.why import why

urlpatterns = [
    path("c/<slug:token>", click),
    path("u/<slug:token>", unsubscribe),
    path("w/<slug:token>", why),
    path("f/<slug:token>", preferences),
    re_path(r"^m/(?P<digest>[0-9a-f]{64})\.(?P<ending>png|jpg|gif|webp)$", picture),
]
