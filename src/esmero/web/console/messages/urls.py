"""Route the pages of campaigns, templates, topics and media."""

from django.urls import path

from esmero.web.console.messages import media, message, rules, topics
from esmero.web.console.messages.campaigns import actions, campaign_list, campaign_pages, checks
from esmero.web.console.messages.templates import (
    link_check,
    template_editor,
    template_list,
    template_preview,
    template_versions,
    test_status,
    visual_editor,
)

urlpatterns = [
    path("campaigns/", campaign_list.campaigns, name="campaigns"),
    path("campaigns/new/", campaign_pages.edit_campaign, name="campaign-new"),
    path("campaigns/<int:pk>/", campaign_pages.campaign, name="campaign"),
    path("campaigns/<int:pk>/people/", campaign_pages.recipients, name="campaign-people"),
    path("campaigns/<int:pk>/charts/", campaign_pages.hours, name="campaign-charts"),
    path("campaigns/<int:pk>/edit/", campaign_pages.edit_campaign, name="campaign-edit"),
    path("templates/", template_list.templates, name="templates"),
    path("templates/act/", template_list.act_on_templates, name="templates-act"),
    path("templates/new/", template_list.new_template, name="template-new"),
    path("campaigns/<int:pk>/act/", actions.act, name="campaign-act"),
    path("campaigns/<int:pk>/care/", checks.review, name="campaign-care"),
    path("campaigns/<int:pk>/goal/", actions.goal, name="campaign-goal"),
    path("campaigns/<int:pk>/duplicate/", actions.duplicate, name="campaign-duplicate"),
    path("campaigns/<int:pk>/test/", actions.test, name="campaign-test"),
    path("messages/<int:pk>/", message.message, name="message"),
    path("messages/<int:pk>/copy/", message.copy_frame, name="message-copy"),
    path("messages/<int:pk>/attachments/<int:position>/", message.attachment, name="message-attachment"),
    path("messages/<int:pk>/approve/", message.approve, name="message-approve"),
    path("messages/<int:pk>/cancel/", message.cancel, name="message-cancel"),
    path("messages/<int:pk>/tested/", test_status.test_status, name="message-tested"),
    path("messages/<int:pk>/again/", message.retry, name="message-again"),
    path("templates/<int:pk>/", template_editor.template, name="template"),
    path("templates/<int:pk>/check/", template_editor.check, name="template-check"),
    path("templates/<int:pk>/trials/", link_check.link_check, name="template-trials"),
    path("templates/<int:pk>/unwritten/", template_editor.missing_languages, name="template-unwritten"),
    path("templates/<int:pk>/duplicate/", template_list.duplicate, name="template-duplicate"),
    path("templates/<int:pk>/visual/", visual_editor.visual, name="template-visual"),
    path("templates/<int:pk>/versions/", template_versions.versions, name="template-versions"),
    path("templates/versions/<int:pk>/restore/", template_versions.restore, name="template-restore"),
    path("templates/versions/<int:pk>/look/", template_preview.show_preview, name="template-look"),
    path("templates/versions/<int:pk>/proof/", template_preview.send_test_letter, name="template-proof"),
    path(
        "templates/versions/<int:pk>/preview/<str:language>/", template_preview.preview_frame, name="template-preview"
    ),
    path("media/", media.media, name="media"),
    path("media/act/", media.act_on_media, name="media-act"),
    path("media/new/", media.new_picture, name="picture-new"),
    path("media/offer/", media.list_pictures, name="media-offer"),
    path("media/<int:pk>/", media.picture, name="picture"),
    path("topics/", topics.topics, name="topics"),
    path("topics/new/", topics.edit_topic, name="topic-new"),
    path("topics/<int:pk>/", topics.edit_topic, name="topic"),
    path("topics/<int:pk>/file/", topics.toggle_topic, name="topic-file"),
    path("purposes/new/", topics.edit_purpose, name="purpose-new"),
    path("purposes/<int:pk>/", topics.edit_purpose, name="purpose"),
    path("norms/", rules.norms, name="norms"),
]
