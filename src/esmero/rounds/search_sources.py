"""List the sources of the search index. A new kind of subjects is a line here."""

from esmero.people.search_texts import count_searchable, index_next_persons
from esmero.search.models import SubjectKind
from esmero.search.rebuilding import SearchSource, rebuild_chunk
from esmero.work.models import Job

SOURCES: tuple[SearchSource, ...] = (
    SearchSource(SubjectKind.PERSON, count=count_searchable, index_next=index_next_persons),
)


def run_rebuild(job: Job) -> bool:
    """Run the next chunk of a rebuild; return True at its end."""
    return rebuild_chunk(job, sources=SOURCES)
