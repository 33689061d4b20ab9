"""Route the pages of people, segments and imports."""

from django.urls import path

from esmero.web.console.people import data_requests, duplicates, organisations, permissions, sign_up_forms
from esmero.web.console.people.imports import import_pages
from esmero.web.console.people.parties import membership_pages, party_pages
from esmero.web.console.people.parties.contact_point_pages import contact_point
from esmero.web.console.people.persons import accounts, editing, person_list, person_page, staff_records
from esmero.web.console.people.segments import count_requests, segment_pages

_PERSON = {"party": "person"}
_BODY = {"party": "organisation"}

urlpatterns = [
    path("people/", person_list.people, name="people"),
    path("people/act/", person_list.act_on_people, name="people-act"),
    path("people/<int:pk>/export/", data_requests.export_person, name="person-export"),
    path("people/<int:pk>/erase/", data_requests.erase, name="person-erase"),
    path("data-requests/", data_requests.data_requests, name="data-requests"),
    path("data-requests/<int:pk>/", data_requests.data_request, name="data-request"),
    path("data-requests/<int:pk>/answer/", data_requests.answer_request, name="data-request-answer"),
    path("people/<int:pk>/", person_page.person, name="person"),
    path("people/<int:pk>/edit/", editing.edit, name="person-edit"),
    path("people/<int:pk>/address/", editing.address, name="person-address"),
    path("people/<int:pk>/reach/<int:point>/", contact_point, _PERSON, name="person-reach"),
    path("people/<int:pk>/reach/<str:kind>/new/", contact_point, _PERSON, name="person-reach-new"),
    path("people/<int:pk>/roles/new/", party_pages.role, _PERSON, name="person-role-new"),
    path("people/<int:pk>/roles/<int:row>/", party_pages.role, _PERSON, name="person-role"),
    path("people/<int:pk>/numbers/new/", party_pages.number, _PERSON, name="person-number-new"),
    path("people/<int:pk>/numbers/<int:row>/", party_pages.number, _PERSON, name="person-number"),
    path("people/<int:pk>/organisations/new/", membership_pages.join, name="person-organisation-new"),
    path("people/<int:pk>/organisations/<int:organisation>/", membership_pages.change, name="person-organisation"),
    path("people/<int:pk>/tags/", editing.tags, name="person-tags"),
    path("people/<int:pk>/permission/", staff_records.permission, name="person-permission"),
    path("people/<int:pk>/pause/", staff_records.pause, name="person-pause"),
    path("people/<int:pk>/silence/", staff_records.change_suppression, name="person-silence"),
    path("people/<int:pk>/account/", accounts.account, name="person-account"),
    path("people/<int:pk>/note/", staff_records.note, name="person-note"),
    path("people/<int:pk>/proof/<int:entry>/", staff_records.proof, name="proof"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/new/", organisations.edit_organisation, name="organisation-new"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<int:pk>/edit/", organisations.edit_organisation, name="organisation-edit"),
    path("organisations/<int:pk>/roles/new/", party_pages.role, _BODY, name="organisation-role-new"),
    path("organisations/<int:pk>/roles/<int:row>/", party_pages.role, _BODY, name="organisation-role"),
    path("organisations/<int:pk>/numbers/new/", party_pages.number, _BODY, name="organisation-number-new"),
    path("organisations/<int:pk>/numbers/<int:row>/", party_pages.number, _BODY, name="organisation-number"),
    path("organisations/<int:pk>/reach/<str:kind>/new/", contact_point, _BODY, name="organisation-reach-new"),
    path("organisations/<int:pk>/reach/<int:point>/", contact_point, _BODY, name="organisation-reach"),
    path("organisations/<int:pk>/merge/", organisations.merge, name="organisation-merge"),
    path("organisations/<int:pk>/join/", organisations.join, name="organisation-join"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/act/", duplicates.act_on_duplicates, name="duplicates-act"),
    path("duplicates/<int:pk>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<int:pk>/decide/", duplicates.decide, name="duplicate-decide"),
    path("merges/<int:pk>/undo/", duplicates.unmerge, name="unmerge"),
    path("permissions/", permissions.permissions, name="permissions"),
    path("permissions/silences/", permissions.suppressions, name="silences"),
    path("forms/", sign_up_forms.sign_ups, name="forms"),
    path("forms/new/", sign_up_forms.edit_form, name="form-new"),
    path("forms/<int:pk>/", sign_up_forms.edit_form, name="form"),
    path("forms/<int:pk>/act/", sign_up_forms.act_on_form, name="form-act"),
    path("forms/<int:pk>/code.svg", sign_up_forms.form_code, name="form-code"),
    path("segments/", segment_pages.segments, name="segments"),
    path("segments/new/", segment_pages.edit_segment, name="segment-new"),
    path("segments/numbers/", count_requests.numbers, name="segment-numbers"),
    path("segments/examples/", count_requests.examples, name="segment-examples"),
    path("segments/<int:pk>/", segment_pages.edit_segment, name="segment"),
    path("segments/<int:pk>/act/", segment_pages.act_on_segment, name="segment-act"),
    path("imports/", import_pages.imports, name="imports"),
    path("imports/new/", import_pages.upload, name="import-new"),
    path("imports/new/exclusions/", import_pages.upload, {"kind": "exclusions"}, name="import-new-exclusions"),
    path("imports/<int:pk>/", import_pages.show_import, name="import"),
    path("imports/<int:pk>/act/", import_pages.act, name="import-act"),
    path("imports/<int:pk>/undo/", import_pages.take_back, name="import-undo"),
    path("imports/<int:pk>/refused.csv", import_pages.refused_file, name="import-refused"),
]
