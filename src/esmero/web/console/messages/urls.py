"""Campaigns and templates."""

from django.urls import path

from esmero.web.console.messages import campaigns, norms, templates, topics

urlpatterns = [
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.edit_campaign, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.edit_campaign, name="campaign-edit"),
    path("campaigns/<int:pk>/act/", campaigns.act, name="campaign-act"),
    path("campaigns/<int:pk>/test/", campaigns.test, name="campaign-test"),
    path("templates/", templates.templates, name="templates"),
    path("templates/new/", templates.new_template, name="template-new"),
    path("templates/<int:pk>/", templates.template, name="template"),
    path("templates/versions/<int:pk>/preview/<str:language>/", templates.preview, name="template-preview"),
    path("topics/", topics.topics, name="topics"),
    path("topics/new/", topics.edit_topic, name="topic-new"),
    path("topics/<int:pk>/", topics.edit_topic, name="topic"),
    path("topics/<int:pk>/file/", topics.file_topic, name="topic-file"),
    path("purposes/new/", topics.edit_purpose, name="purpose-new"),
    path("purposes/<int:pk>/", topics.edit_purpose, name="purpose"),
    path("norms/", norms.norms, name="norms"),
]
