"""Show the records of processing activities, generated from the installation's data."""

import json
from dataclasses import asdict

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

from esmero.privacy.processing_records import gather_records
from esmero.web.console.access import requires
from esmero.web.console.page_frame import show
from esmero.web.files.serving import serve_made
from esmero.web.labels.law.processing_records import describe_records


@requires("house.settings")
def records(request: HttpRequest) -> HttpResponse:
    """Show the records; `?file=json` returns them as a file. They name no person."""
    sections = describe_records(gather_records())
    if request.GET.get("file") == "json":
        facts = [asdict(one) for one in sections]
        text = json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        return serve_made(text, name="records-of-processing.json", media_type="application/json")
    return show(request, "console/settings/records.html", subject="records", sections=sections)
