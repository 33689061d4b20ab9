"""Run `esmero search`: rebuild the search index."""

import argparse

from esmero.management.command import CommandOutput, Commands, add_command, add_group
from esmero.refusal import Refusal


def add(commands: Commands) -> None:
    """Add the commands to the parser."""
    group = add_group(commands, "search", summary="the index by which people are found")
    command = add_command(
        group,
        "rebuild",
        handler=rebuild,
        summary="index everything anew, after rows were written past the program; repeat it if it was killed",
    )
    command.add_argument(
        "--empty", action="store_true", help="empty the index first: until the end, not everything is found"
    )


def rebuild(options: argparse.Namespace) -> CommandOutput:
    """Index all subjects, or resume the rebuild that was interrupted."""
    from esmero.management.foreground_jobs import run_in_foreground
    from esmero.management.reader_language import say_trouble
    from esmero.rounds.search_sources import run_rebuild
    from esmero.search.rebuilding import empty_index, request_rebuild

    job = request_rebuild(by="command line")
    if options.empty and not job.cursor:
        empty_index()
    job = run_in_foreground(job, chunk=run_rebuild)
    if job.state != job.State.DONE:
        raise Refusal("search-rebuild-stopped", trouble=say_trouble(job.trouble) if job.trouble else str(job.state))
    return CommandOutput({"indexed": job.done}, f"{job.done} indexed")
