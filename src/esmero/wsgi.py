"""Provide the WSGI application. web/public/edge.py answers clicks and one-click unsubscriptions before Django does."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esmero.settings")

_django = get_wsgi_application()

from esmero.web.public.edge import Edge  # noqa: E402 - models can be imported only after Django is set up

application = Edge(_django)
