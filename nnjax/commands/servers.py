"""What serves MLflow until Ctrl-C."""

import argparse

from nnjax.commands.given import UsageError


def ui(options: argparse.Namespace) -> int:
    """Serve MLflow until Ctrl-C."""
    from nnjax.tracking.errors import TrackingError
    from nnjax.tracking.server import serve

    try:
        serve(options.home, options.host, options.port)
    except TrackingError as error:
        raise UsageError(str(error)) from None
    return 0


def server(options: argparse.Namespace) -> int:
    """Serve MLflow on PostgreSQL until Ctrl-C."""
    from nnjax.tracking.errors import TrackingError
    from nnjax.tracking.team_server import serve_team

    try:
        serve_team(options.home, options.port, options.workers)
    except TrackingError as error:
        raise UsageError(str(error)) from None
    return 0
