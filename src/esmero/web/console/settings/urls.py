"""The reader's own settings, and the work of the house."""

from django.urls import path

from esmero.web.console.settings import own, work

urlpatterns = [
    path("work/", work.work, name="work"),
    path("work/jobs/<int:pk>/", work.act_on_job, name="work-job"),
    path("work/doubts/<int:pk>/", work.decide_doubt, name="doubt"),
    path("settings/", own.settings, name="settings"),
    path("settings/brand/", own.choose_brand, name="brand"),
    path("settings/language/", own.choose_language, name="language"),
]
