"""What serves MLflow until Ctrl-C."""

import argparse


def ui(options: argparse.Namespace) -> int:
    """Serve MLflow until Ctrl-C."""
    from nnjax.tracking.server import serve

    serve(options.home, options.host, options.port)
    return 0


def server(options: argparse.Namespace) -> int:
    """Serve MLflow on PostgreSQL until Ctrl-C."""
    from nnjax.tracking.team_server import serve_team

    serve_team(options.home, options.port, options.workers)
    return 0
