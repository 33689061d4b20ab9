"""Campaigns and templates."""

from django.urls import path

from esmero.web.console.messages import campaign_acts, campaign_list, campaigns, message, templates

urlpatterns = [
    path("campaigns/", campaign_list.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.edit_campaign, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/people/", campaigns.recipients, name="campaign-people"),
    path("campaigns/<int:pk>/charts/", campaigns.hours, name="campaign-charts"),
    path("campaigns/<int:pk>/edit/", campaigns.edit_campaign, name="campaign-edit"),
    path("campaigns/<int:pk>/act/", campaign_acts.act, name="campaign-act"),
    path("campaigns/<int:pk>/goal/", campaign_acts.goal, name="campaign-goal"),
    path("campaigns/<int:pk>/duplicate/", campaign_acts.duplicate, name="campaign-duplicate"),
    path("campaigns/<int:pk>/test/", campaign_acts.test, name="campaign-test"),
    path("messages/<int:pk>/", message.message, name="message"),
    path("messages/<int:pk>/again/", message.again, name="message-again"),
    path("templates/", templates.templates, name="templates"),
    path("templates/new/", templates.new_template, name="template-new"),
    path("templates/<int:pk>/", templates.template, name="template"),
    path("templates/versions/<int:pk>/preview/<str:language>/", templates.preview, name="template-preview"),
]
