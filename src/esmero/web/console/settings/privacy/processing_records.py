"""Show the records of processing activities, generated from the installation's data."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse

from esmero.privacy.processing_records import gather_records
from esmero.web.console.access import requires
from esmero.web.console.page_frame import show
from esmero.web.parts.processing_record_labels import describe_records


@requires("house.settings")
def records(request: HttpRequest) -> HttpResponse:
    """Show the records; `?file=json` returns them as a file. They name no person."""
    sections = describe_records(gather_records())
    if request.GET.get("file") == "json":
        headers = {"Content-Disposition": 'attachment; filename="records-of-processing.json"'}
        facts = [asdict(one) for one in sections]
        return JsonResponse(facts, safe=False, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 2})
    return show(request, "console/settings/records.html", subject="records", sections=sections)
