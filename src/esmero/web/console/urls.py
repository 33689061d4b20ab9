"""The addresses of the console."""

from django.urls import path

from esmero.web.console import campaigns, catcher, house, imports, people, replies, segments, templates, today, work
from esmero.web.console.parts import parts

app_name = "console"
urlpatterns = [
    path("", today.today, name="today"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("segments/", segments.segments, name="segments"),
    path("segments/new/", segments.edit_segment, name="segment-new"),
    path("segments/<int:pk>/", segments.edit_segment, name="segment"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.upload, name="import-new"),
    path("imports/<int:pk>/", imports.show_import, name="import"),
    path("imports/<int:pk>/act/", imports.act, name="import-act"),
    path("imports/<int:pk>/refused.csv", imports.refused_file, name="import-refused"),
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
    path("conversations/", replies.conversations, name="conversations"),
    path("conversations/<int:pk>/", replies.conversation, name="conversation"),
    path("conversations/<int:pk>/mark/", replies.mark_conversation, name="conversation-mark"),
    path("catcher/", catcher.catcher, name="catcher"),
    path("catcher/<int:pk>/", catcher.caught, name="caught"),
    path("catcher/<int:pk>/html/", catcher.caught_html, name="caught-html"),
    path("catcher/<int:pk>/answer/", catcher.answer, name="caught-answer"),
    path("work/", work.work, name="work"),
    path("work/jobs/<int:pk>/", work.act_on_job, name="work-job"),
    path("work/doubts/<int:pk>/", work.decide_doubt, name="doubt"),
    path("settings/", house.settings, name="settings"),
    path("settings/brand/", house.choose_brand, name="brand"),
    path("settings/language/", house.choose_language, name="language"),
    path("parts/", parts, name="parts"),
]
