"""Route the console: one table for each subject."""

from django.urls import path

from esmero.web.console import list_pages, today
from esmero.web.console.catcher.urls import urlpatterns as catcher
from esmero.web.console.command_palette import palette
from esmero.web.console.conversations.urls import urlpatterns as conversations
from esmero.web.console.drafts import draft
from esmero.web.console.messages.urls import urlpatterns as messages
from esmero.web.console.parts_gallery import parts
from esmero.web.console.people.urls import urlpatterns as people
from esmero.web.console.reports.urls import urlpatterns as reports
from esmero.web.console.returns.urls import urlpatterns as returns
from esmero.web.console.settings.urls import urlpatterns as settings
from esmero.web.console.undo import toast

app_name = "console"
urlpatterns = [
    path("", today.today, name="today"),
    *people,
    *messages,
    *conversations,
    *returns,
    *reports,
    *catcher,
    *settings,
    path("views/save/", list_pages.save_view, name="view-save"),
    path("views/<int:pk>/drop/", list_pages.drop_view, name="view-drop"),
    path("drafts/<slug:kind>/<int:pk>/", draft, name="draft"),
    path("drafts/<slug:kind>/<int:pk>/<slug:part>/", draft, name="draft"),
    path("palette/", palette, name="palette"),
    path("undo/", toast.undo, name="undo"),
    path("parts/", parts, name="parts"),
]
