"""Route the public pages and the webhooks."""

from django.urls import path, re_path

from esmero.web.public.archive import archive, feed, issue, issue_letter
from esmero.web.public.click import click
from esmero.web.public.media import picture
from esmero.web.public.my_data import ask, my_data, my_data_json, my_data_zip, new_address
from esmero.web.public.preferences import preferences
from esmero.web.public.sign_up import confirmation, sign_up, signed_up
from esmero.web.public.unsubscribe import unsubscribe
from esmero.web.public.webhooks import hook
from esmero.web.public.why import why

urlpatterns = [
    path("c/<slug:token>", click),
    path("u/<slug:token>", unsubscribe),
    path("w/<slug:token>", why),
    path("f/<slug:token>", preferences),
    path("f/<slug:token>/data", ask),
    path("d/<slug:token>", my_data),
    path("d/<slug:token>/my-data.json", my_data_json),
    path("d/<slug:token>/my-data.zip", my_data_zip),
    path("m/<slug:token>", new_address),
    path("s/<slug:slug>", sign_up, name="form"),
    path("s/<slug:slug>/sent", signed_up, name="form-sent"),
    path("o/<slug:token>", confirmation),
    path("hooks/<slug:provider>", hook),
    path("a/<slug:brand>/<slug:code>", archive, name="archive"),
    path("a/<slug:brand>/<slug:code>/feed.xml", feed, name="archive-feed"),
    path("a/<slug:brand>/<slug:code>/<int:number>", issue, name="issue"),
    path("a/<slug:brand>/<slug:code>/<int:number>/letter", issue_letter),
    re_path(r"^m/(?P<digest>[0-9a-f]{64})\.(?P<ending>png|jpg|gif|webp)$", picture),
]
