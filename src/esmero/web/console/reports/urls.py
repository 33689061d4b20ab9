"""Route the reports."""

from django.urls import path

from esmero.web.console.reports import delivery, growth, pressure, returns

urlpatterns = [
    path("reports/", delivery.delivery, name="reports"),
    path("reports/pressure/", pressure.pressure, name="report-pressure"),
    path("reports/returns/", returns.returns_report, name="report-returns"),
    path("reports/growth/", growth.growth, name="report-growth"),
]
