"""A campaign to everybody: dry run, dry run again, and start; people per CPU-second, and the memory that it takes.

`python -m bench.campaign 1000000`; it needs a house of its own. The segment is one that costs seconds to ask. Memory is
what the process grew by from its first thousand people on (resident set, Linux): it must not depend on how many there
are.
"""

import sys
import time
from pathlib import Path
from typing import Any

from bench.figures import show
from bench.house import open_house

BAR_DRY_RUN = 4_000
BAR_START = 4_000
BAR_MEMORY = 64  # MB
SEGMENT = {  # everybody, the long way round
    "kind": "any",
    "parts": [
        {"kind": "did", "act": "clicked"},
        {"kind": "field", "field": "tenure", "comparison": ">", "value": -1},
    ],
}


def run(*, number: int) -> bool:
    """Make the people, run the dry run twice and start; True when all figures are met."""
    open_house()
    from bench.segments import fill
    from esmero.campaigns.lifecycle import begin_dry_run, start_campaign
    from esmero.outbox.models import Message

    fill(number)
    campaign = _make()
    met = True
    for time_of in ("first", "again"):
        campaign = begin_dry_run(campaign, by="bench")
        met = _work(campaign.job, number, name=f"dry run of {number:,} people, {time_of}", bar=BAR_DRY_RUN) and met
        campaign.refresh_from_db()
        if campaign.counts.get("audience") != number:
            raise SystemExit(f"campaign: the dry run counted {campaign.counts} of {number}")
    campaign = start_campaign(campaign, by="bench")
    met = _work(campaign.job, number, name=f"start for {number:,} people", bar=BAR_START) and met
    planned = Message.objects.filter(dispatch=campaign.dispatch).count()
    if planned != number:
        raise SystemExit(f"campaign: {planned} planned of {number}")
    return met


def _work(job: Any, number: int, *, name: str, bar: int) -> bool:
    """Run a job to its end, chunk by chunk; show how fast, and by how much memory grew after its first chunks."""
    from esmero.rounds.table import JOBS
    from esmero.work.jobs import run_to_end

    sizes: list[int] = []

    def look(_job: Any) -> None:
        if len(sizes) < 5 or job.done % 10_000 == 0:
            sizes.append(_resident())

    begun = time.process_time()
    done = run_to_end(job, kinds=JOBS, worker="bench", on_progress=look)
    used = time.process_time() - begun
    if done.state != "done":
        raise SystemExit(f"campaign: {done.trouble}")
    sizes.append(_resident())
    met = show(f"{name}, people per CPU-second", number / used, bar=bar, unit="/s")
    grown = (max(sizes) - sizes[min(3, len(sizes) - 1)]) / 1024
    return show(f"{name}, memory grown", grown, bar=BAR_MEMORY, unit="MB", at_most=True) and met


def _resident() -> int:
    """Return the kibibytes of this process that are in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def _make() -> Any:
    from esmero.campaigns.lifecycle import create_campaign
    from esmero.content.models import Template, TemplateText, TemplateVersion
    from esmero.house.models import Brand, Issuer
    from esmero.outbox.models import Relay
    from esmero.people.models import Segment, Topic

    brand = Brand.objects.get()
    brand.sender_name, brand.postal_address = "Bench", "Calle Mayor 1, León"
    brand.issuer = Issuer.objects.create(name="Bench, S. L.")
    brand.return_domain, brand.phone, brand.public_url = "vuelta.bench.example", "+34987000000", "https://bench.example"
    brand.save()
    Relay.objects.create(name="bench", kind=Relay.Kind.CAPTURE)
    version = TemplateVersion.objects.create(template=Template.objects.create(brand=brand, name="Bench"), number=1)
    TemplateText.objects.create(version=version, language="es", subject="Bench", mjml="<mjml></mjml>")
    return create_campaign(
        "Bench", brand=brand, topic=Topic.objects.get(), version=version,
        segment=Segment.objects.create(name="Todos", conditions=SEGMENT), reason={"es": "Novedades de su línea"},
        by="bench",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(0 if run(number=int(sys.argv[1]) if len(sys.argv) > 1 else 10_000) else 1)
