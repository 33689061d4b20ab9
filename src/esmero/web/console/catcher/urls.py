"""The mail catcher of the demo."""

from django.urls import path

from esmero.web.console.catcher import captured

urlpatterns = [
    path("catcher/", captured.catcher, name="catcher"),
    path("catcher/<int:pk>/", captured.caught, name="caught"),
    path("catcher/<int:pk>/html/", captured.caught_html, name="caught-html"),
    path("catcher/<int:pk>/answer/", captured.answer, name="caught-answer"),
]
