"""Run `esmero demo`: seed the invented group, start all processes, send a first campaign and simulate replies."""

import argparse

from esmero.management.command import CommandOutput, Commands, add_command


def add(commands: Commands) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "demo",
        handler=start_demo,
        needs_installation=False,
        summary="seed the invented group, start everything, send a first campaign",
    )
    command.add_argument(
        "--began", type=float, help="when the set-up began, in seconds since 1970 (for the time it prints)"
    )
    command.add_argument("--once", action="store_true", help="end when the first campaign is sent and answered")


def start_demo(options: argparse.Namespace) -> CommandOutput:
    """Run the demo until SIGTERM or SIGINT."""
    from esmero.management.commands.processes.demo_script import run_demo

    return CommandOutput(None, "", run_demo(began=options.began, once=options.once))
