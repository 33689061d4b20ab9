"""People, their segments and the lists they came from."""

from django.urls import path

from esmero.web.console.people import counts, imports, persons, segments

urlpatterns = [
    path("people/", persons.people, name="people"),
    path("people/act/", persons.act_on_people, name="people-act"),
    path("people/<int:pk>/", persons.person, name="person"),
    path("segments/", segments.segments, name="segments"),
    path("segments/new/", segments.edit_segment, name="segment-new"),
    path("segments/numbers/", counts.numbers, name="segment-numbers"),
    path("segments/examples/", counts.examples, name="segment-examples"),
    path("segments/<int:pk>/", segments.edit_segment, name="segment"),
    path("segments/<int:pk>/act/", segments.act_on_segment, name="segment-act"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.upload, name="import-new"),
    path("imports/<int:pk>/", imports.show_import, name="import"),
    path("imports/<int:pk>/act/", imports.act, name="import-act"),
    path("imports/<int:pk>/refused.csv", imports.refused_file, name="import-refused"),
]
