"""Route the pages of user settings, installation settings and background work."""

from django.urls import path

from esmero.web.console.settings import audit, custom_fields, first_steps, overview, own_settings, team, work
from esmero.web.console.settings.brands import brand_pages, dmarc_reports, domain
from esmero.web.console.settings.issuers import issuer_pages
from esmero.web.console.settings.mail import mailboxes, relays, webhooks
from esmero.web.console.settings.privacy import jurisdictions, processing_records, retention

urlpatterns = [
    path("work/", work.work, name="work"),
    path("work/jobs/<int:pk>/", work.act_on_job, name="work-job"),
    path("work/doubts/", work.decide_doubts, name="doubts"),
    path("work/doubts/<int:pk>/", work.decide_doubt, name="doubt"),
    path("work/reactions/<slug:function>/again/", work.deliver_again, name="reaction-again"),
    path("work/arrivals/<int:pk>.eml", work.download_inbound, name="inbound-file"),
    path("work/arrivals/<int:pk>/again/", work.read_inbound_again, name="inbound-again"),
    path("first-steps/", first_steps.first_steps, name="first-steps"),
    path("first-steps/away/", first_steps.toggle_reminder, name="first-steps-away"),
    path("settings/", overview.settings, name="settings"),
    path("settings/own/", own_settings.own, name="own"),
    path("settings/brand/", own_settings.choose_brand, name="brand"),
    path("settings/language/", own_settings.choose_language, name="language"),
    path("settings/brands/", brand_pages.brands, name="brands"),
    path("settings/brands/new/", brand_pages.edit_brand, name="brand-new"),
    path("settings/brands/preview/", brand_pages.preview_brand, name="brand-preview"),
    path("settings/brands/preview.css", brand_pages.preview_colours, name="brand-colours"),
    path("settings/brands/<int:pk>/", brand_pages.edit_brand, name="brand-edit"),
    path("settings/brands/<int:pk>/logo", brand_pages.logo, name="brand-logo"),
    path("settings/brands/<int:pk>/domain/", domain.domain, name="domain"),
    path("settings/brands/<int:pk>/domain/act/", domain.act_on_domain, name="domain-act"),
    path("settings/brands/<int:pk>/senders/", dmarc_reports.senders, name="senders-first"),
    path("settings/brands/<int:pk>/senders/<str:domain>/", dmarc_reports.senders, name="senders"),
    path("settings/brands/<int:pk>/senders/<str:domain>/names/", dmarc_reports.name_senders, name="senders-name"),
    path("settings/brands/<int:pk>/senders/<str:domain>/<int:source>/", dmarc_reports.sender, name="sender"),
    path("settings/brands/<int:pk>/senders/<str:domain>/reports/", dmarc_reports.reports, name="dmarc-reports"),
    path(
        "settings/brands/<int:pk>/senders/<str:domain>/reports/<int:number>/", dmarc_reports.report, name="dmarc-report"
    ),
    path("settings/companies/", issuer_pages.issuers, name="issuers"),
    path("settings/companies/new/", issuer_pages.edit_issuer, name="issuer-new"),
    path("settings/companies/<int:pk>/", issuer_pages.edit_issuer, name="issuer"),
    path("settings/companies/<int:pk>/series/", issuer_pages.open_number_series, name="issuer-series"),
    path("settings/relays/", relays.relays, name="relays"),
    path("settings/relays/new/", relays.edit_relay, name="relay-new"),
    path("settings/relays/<int:pk>/", relays.edit_relay, name="relay"),
    path("settings/relays/<int:pk>/test/", relays.test_relay, name="relay-test"),
    path("settings/relays/<int:pk>/remove/", relays.remove_relay, name="relay-remove"),
    path("settings/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("settings/mailboxes/new/", mailboxes.edit_mailbox, name="mailbox-new"),
    path("settings/mailboxes/<int:pk>/", mailboxes.edit_mailbox, name="mailbox"),
    path("settings/mailboxes/<int:pk>/act/", mailboxes.act_on_mailbox, name="mailbox-act"),
    path("settings/hooks/", webhooks.hooks, name="hooks"),
    path("settings/hooks/<slug:provider>/", webhooks.edit_hook, name="hook"),
    path("settings/fields/", custom_fields.fields, name="fields"),
    path("settings/fields/new/", custom_fields.edit_field, name="field-new"),
    path("settings/fields/<int:pk>/", custom_fields.edit_field, name="field"),
    path("settings/fields/<int:pk>/remove/", custom_fields.remove_field, name="field-remove"),
    path("settings/profiles/", jurisdictions.profiles, name="profiles"),
    path("settings/records/", processing_records.records, name="records"),
    path("settings/retention/", retention.retention, name="retention"),
    path("settings/retention/count/", retention.count_now, name="retention-count"),
    path("settings/retention/<slug:code>/", retention.set_term, name="retention-term"),
    path("settings/team/", team.team, name="team"),
    path("settings/team/new/", team.edit_member, name="member-new"),
    path("settings/team/two-factor/", team.choose_two_factor, name="two-factor"),
    path("settings/team/<int:pk>/", team.edit_member, name="member"),
    path("settings/team/<int:pk>/act/", team.act_on_member, name="member-act"),
    path("settings/audit/", audit.audit, name="audit"),
]
