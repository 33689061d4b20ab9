"""Campaigns and templates."""

from django.urls import path

from esmero.web.console.messages import campaigns, templates

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
]
