"""Letters of a small house, for tests: people with postal addresses, posted letters, and a worker that prints."""

from esmero.mailroom.sending import print_batches
from esmero.outbox.models import MessageClass, PrintBatch
from esmero.outbox.posting.content import ToPerson, WrittenText
from esmero.outbox.posting.kinds import MessageKind
from esmero.outbox.posting.post import Post, post_many
from esmero.people.models import Channel, ContactPoint, Permission, PermissionEntry
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from esmero.work.models import Job
from tests.house_facts import add_people

INVOICE = MessageKind(name="test-letter", message_class=MessageClass.SERVICE)
OFFER = MessageKind(name="test-offer", message_class=MessageClass.COMMERCIAL)
REASON = {"es": "Es cliente de Fibra Norte"}


def add_neighbours(house, number, **facts):
    """Return people with a postal address each."""
    people = add_people(house, number, **facts)
    ContactPoint.objects.bulk_create(
        ContactPoint(
            person=person,
            kind="post",
            value=f"Calle Mayor {place}, 28013, Madrid, ES",
            facts={"street": f"Calle Mayor {place}", "postal_code": "28013", "city": "Madrid", "country": "ES"},
        )
        for place, person in enumerate(people)
    )
    return people


def allow_letters(house, people, *, basis="consent", at=None):
    """Let the topic be written about on paper."""
    from django.utils import timezone

    at = at or timezone.now()
    facts = {"brand": house.brand, "purpose": house.topic.purpose, "topic": house.topic, "channel": Channel.POST}
    for person in people:
        entry = PermissionEntry.objects.create(
            person=person, act="granted", basis=basis, at=at, source="formulario", **facts
        )
        Permission.objects.create(person=person, state="granted", basis=basis, granted_at=at, entry=entry, **facts)


def write_letters(house, people, *, kind=INVOICE, text="Buenos días:\n\nSu factura.", **facts):
    content = facts.pop("content", None) or WrittenText(subject="Su factura", text=text)
    posts = [Post(to=ToPerson(person), content=content, **facts) for person in people]
    topic = {"topic": house.topic} if kind.message_class == MessageClass.COMMERCIAL else {}
    return post_many(kind, posts, brand=house.brand, channel=Channel.POST, reason=REASON, **topic)


def make_batch(house, *, both_sides=False):
    """Return a batch after its job ran."""
    batch = print_batches.request_batch(house.brand, both_sides=both_sides, by="test")
    job = run_print_job(batch)
    assert not job.trouble, job.trouble
    batch.refresh_from_db()
    return batch


def run_print_job(batch, *, worker="w"):
    job = Job.objects.get(kind=print_batches.PRINT, subject_id=batch.pk)
    return run_to_end(job, kinds=JOBS, worker=worker)


__all__ = ["INVOICE", "OFFER", "REASON", "PrintBatch", "add_neighbours", "allow_letters", "make_batch", "write_letters"]
