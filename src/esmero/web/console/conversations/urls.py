"""Route the pages of conversations."""

from django.urls import path

from esmero.web.console.conversations import threads

urlpatterns = [
    path("conversations/", threads.conversations, name="conversations"),
    path("conversations/<int:pk>/", threads.conversation, name="conversation"),
    path("conversations/<int:pk>/mark/", threads.mark_conversation, name="conversation-mark"),
]
