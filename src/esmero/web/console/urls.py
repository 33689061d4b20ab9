"""Route the console: the tables of its areas, and the pages that belong to no area."""

from django.urls import path

from esmero.web.console.areas import collect_contributions
from esmero.web.console.command_palette import palette
from esmero.web.console.drafts import draft
from esmero.web.console.generic_pages import list_pages
from esmero.web.console.parts_gallery import parts
from esmero.web.console.undo import toast

app_name = "console"
urlpatterns = [
    *collect_contributions().urls,
    path("views/save/", list_pages.save_view, name="view-save"),
    path("views/<int:pk>/drop/", list_pages.drop_view, name="view-drop"),
    path("drafts/<slug:kind>/<int:pk>/", draft, name="draft"),
    path("drafts/<slug:kind>/<int:pk>/<slug:part>/", draft, name="draft"),
    path("palette/", palette, name="palette"),
    path("undo/", toast.undo, name="undo"),
    path("parts/", parts, name="parts"),
]
