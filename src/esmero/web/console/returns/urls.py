"""Route the pages of bounces, inbound mail and address proposals."""

from django.urls import path

from esmero.web.console.returns import address_proposals, addresses, events, inbound_messages, overview

urlpatterns = [
    path("returns/", overview.returns, name="returns"),
    path("returns/each/", events.list_returns, name="returns-each"),
    path("returns/words/", overview.words, name="returns-words"),
    path("returns/addresses/", addresses.addresses, name="returns-addresses"),
    path("returns/addresses/act/", addresses.act_on_addresses, name="returns-addresses-act"),
    path("returns/complaints/", events.complaints, name="returns-complaints"),
    path("returns/absences/", events.absences, name="returns-absences"),
    path("returns/proposals/", address_proposals.proposals, name="proposals"),
    path("returns/proposals/act/", address_proposals.act_on_proposals, name="proposals-act"),
    path("returns/mail/", inbound_messages.arrivals, name="returns-mail"),
    path("returns/mail/<int:pk>/", inbound_messages.arrival, name="arrival"),
    path("returns/mail/<int:pk>/again/", inbound_messages.retry, name="arrival-again"),
]
