"""Campaigns and templates."""

from django.urls import path

from esmero.web.console.messages import (
    campaigns,
    media,
    norms,
    template_list,
    template_preview,
    template_versions,
    template_visual,
    templates,
    topics,
)

urlpatterns = [
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.edit_campaign, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.edit_campaign, name="campaign-edit"),
    path("campaigns/<int:pk>/act/", campaigns.act, name="campaign-act"),
    path("campaigns/<int:pk>/test/", campaigns.test, name="campaign-test"),
    path("templates/", template_list.templates, name="templates"),
    path("templates/act/", template_list.act_on_templates, name="templates-act"),
    path("templates/new/", template_list.new_template, name="template-new"),
    path("templates/<int:pk>/", templates.template, name="template"),
    path("templates/<int:pk>/check/", templates.check, name="template-check"),
    path("templates/<int:pk>/unwritten/", templates.unwritten, name="template-unwritten"),
    path("templates/<int:pk>/duplicate/", template_list.duplicate, name="template-duplicate"),
    path("templates/<int:pk>/visual/", template_visual.visual, name="template-visual"),
    path("templates/<int:pk>/versions/", template_versions.versions, name="template-versions"),
    path("templates/versions/<int:pk>/restore/", template_versions.restore, name="template-restore"),
    path("templates/versions/<int:pk>/look/", template_preview.look, name="template-look"),
    path("templates/versions/<int:pk>/proof/", template_preview.proof, name="template-proof"),
    path("templates/versions/<int:pk>/preview/<str:language>/", template_preview.frame, name="template-preview"),
    path("media/", media.media, name="media"),
    path("media/act/", media.act_on_media, name="media-act"),
    path("media/new/", media.new_picture, name="picture-new"),
    path("media/offer/", media.offer_pictures, name="media-offer"),
    path("media/<int:pk>/", media.picture, name="picture"),
    path("topics/", topics.topics, name="topics"),
    path("topics/new/", topics.edit_topic, name="topic-new"),
    path("topics/<int:pk>/", topics.edit_topic, name="topic"),
    path("topics/<int:pk>/file/", topics.file_topic, name="topic-file"),
    path("purposes/new/", topics.edit_purpose, name="purpose-new"),
    path("purposes/<int:pk>/", topics.edit_purpose, name="purpose"),
    path("norms/", norms.norms, name="norms"),
]
