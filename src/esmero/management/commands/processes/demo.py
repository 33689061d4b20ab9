"""`esmero demo`: the invented group, everything running, a first campaign, and people who answer."""

import argparse

from esmero.management.command import CommandOutput, Commands, add_leaf


def add(commands: Commands) -> None:
    """Add the command."""
    leaf = add_leaf(
        commands,
        "demo",
        act=show,
        house=False,
        words="seed the invented group, start everything, send a first campaign",
    )
    leaf.add_argument(
        "--began", type=float, help="when the set-up began, in seconds since 1970 (for the time it prints)"
    )
    leaf.add_argument("--once", action="store_true", help="end when the first campaign is sent and answered")


def show(options: argparse.Namespace) -> CommandOutput:
    """Run the demo until SIGTERM or SIGINT."""
    from esmero.management.commands.processes.demo_script import run_demo

    return CommandOutput(None, "", run_demo(began=options.began, once=options.once))
