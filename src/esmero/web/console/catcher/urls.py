"""Route the mail catcher of the demo."""

from django.urls import path

from esmero.web.console.catcher import captured_messages

urlpatterns = [
    path("catcher/", captured_messages.catcher, name="catcher"),
    path("catcher/<int:pk>/", captured_messages.caught, name="caught"),
    path("catcher/<int:pk>/html/", captured_messages.caught_html, name="caught-html"),
    path("catcher/<int:pk>/answer/", captured_messages.answer, name="caught-answer"),
]
