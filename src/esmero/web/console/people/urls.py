"""People, their segments and the lists they came from."""

from django.urls import path

from esmero.web.console.people import data, forms, imports, persons, segments

urlpatterns = [
    path("people/", persons.people, name="people"),
    path("people/act/", persons.act_on_people, name="people-act"),
    path("people/<int:pk>/", persons.person, name="person"),
    path("people/<int:pk>/export/", data.export_person, name="person-export"),
    path("people/<int:pk>/erase/", data.erase, name="person-erase"),
    path("data-requests/", data.data_requests, name="data-requests"),
    path("data-requests/<int:pk>/", data.data_request, name="data-request"),
    path("data-requests/<int:pk>/answer/", data.answer_request, name="data-request-answer"),
    path("forms/", forms.sign_ups, name="forms"),
    path("forms/new/", forms.edit_form, name="form-new"),
    path("forms/<int:pk>/", forms.edit_form, name="form"),
    path("forms/<int:pk>/act/", forms.act_on_form, name="form-act"),
    path("forms/<int:pk>/code.svg", forms.form_code, name="form-code"),
    path("segments/", segments.segments, name="segments"),
    path("segments/new/", segments.edit_segment, name="segment-new"),
    path("segments/<int:pk>/", segments.edit_segment, name="segment"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.upload, name="import-new"),
    path("imports/<int:pk>/", imports.show_import, name="import"),
    path("imports/<int:pk>/act/", imports.act, name="import-act"),
    path("imports/<int:pk>/refused.csv", imports.refused_file, name="import-refused"),
]
