"""What reads the journal and shows it: tables, pages, MLflow."""

import argparse
import sys
import textwrap
from pathlib import Path

from nnjax.commands.contract import ExitCode, comparison_document, report_document, say_json
from nnjax.commands.options import STORE, Commands, expand_given, find_given, positive, speaker, starting
from nnjax.refusal import RefusedError
from nnjax.sweep.progress import choose_progress
from nnjax.terminal import carry_data, next_command


def add_reading(commands: Commands) -> None:
    """What reads the journal and tells of it."""
    results_parser = commands.add_for_study(
        results, "Write the results, one tidy row a run.", "nnjax results experiments/quick.toml --out runs.csv"
    )
    results_parser.add_argument("--out", type=Path, help="file to write, .csv or .parquet (default: print as CSV)")
    results_parser.add_argument(
        "--curves", action="store_true", help="the histories instead, one row a run, epoch, layer"
    )
    sync_parser = commands.add_for_study(
        sync, "Tell MLflow what the journal holds; twice doubles nothing.", "nnjax sync experiments/quick.toml"
    )
    sync_parser.add_argument("--tracking-uri", help=STORE)
    sync_parser.add_argument("--restore", action="store_true", help="bring back what somebody has deleted in MLflow")
    report_parser = commands.add_for_study(
        report, "Write the report again, without training; with two studies, compare their conclusions.",
        "nnjax report experiments/quick.toml",
    )  # fmt: skip
    report_parser.add_argument("other", nargs="?", help="a second study, to be compared with the first")
    report_parser.add_argument("--other-home", type=Path, help="home of the second study, if it is another one")
    report_parser.add_argument(
        "--other-engine", metavar="VERSION", help="engine that trained the second study, if it is an older one"
    )
    report_parser.add_argument(
        "--other-kernels",
        metavar="KERNELS",
        help="what trained the second study: xla, fused, or the full name of fused operations",
    )
    report_parser.add_argument("--pdf", action="store_true", help="the figures as PDF files, too")
    ui_parser = commands.add(
        ui, "Open MLflow's user interface over the results, on this machine only.", "nnjax ui --port 5001"
    )
    ui_parser.add_argument("--port", type=positive, default=5000)
    ui_parser.add_argument("--host", default="127.0.0.1", help="interface to listen on (default: this machine only)")
    server_parser = commands.add(
        server, "Run MLflow on PostgreSQL with sign-in, on this machine only.", "nnjax server --port 5001"
    )
    server_parser.add_argument("--port", type=positive, default=5000)
    server_parser.add_argument("--workers", type=positive, default=2, help="processes of MLflow's server (2)")


def results(options: argparse.Namespace) -> int:
    """Write or print the results of a study."""
    with starting():
        from nnjax.results.export import EXTENSIONS, read_results, result_rows, write_results

    if options.out is not None and options.out.suffix not in EXTENSIONS:
        raise RefusedError(f"--out {options.out}: unknown kind of file; end it in {' or '.join(EXTENSIONS)}")
    if options.out is not None and options.json:
        raise RefusedError("--out, --json: a document is printed; leave one of them out")
    if options.out is None:
        carry_data(sys.stdout)
    space = expand_given(options)
    with choose_progress().stage("Reading the journal"):
        table = read_results(space, options.home, options.curves)
    if options.json:
        say_json({"study": space.study.name, "rows": result_rows(table)})
    else:
        write_results(table, options.out)
    if options.out is not None:
        print(f"{len(table):,} rows written to {options.out}")
    return ExitCode.FINE


def sync(options: argparse.Namespace) -> int:
    """Bring MLflow up to date."""
    with starting():
        from nnjax.claims.rounds import added_spaces
        from nnjax.pipeline import TELLING_MLFLOW
        from nnjax.sweep_report import find_report, refuse_another_study
        from nnjax.tracking.study_sync import sync_sweep

    space = expand_given(options)
    refuse_another_study(space, options.home)
    report_dir = find_report(space, options.home)
    say = speaker(options)
    with choose_progress().stage(TELLING_MLFLOW) as tell:
        synced = sync_sweep(space, options.home, options.tracking_uri, report_dir, tell, options.restore)
        for grown in added_spaces(space, options.home):
            more = sync_sweep(grown, options.home, options.tracking_uri, None, tell, options.restore)
            say(f"Added to decide claims: {more.words}")
    say(f"{synced.words}: {synced.tracking_uri}")
    print(f"{next_command(options.home, 'ui')}, then open {synced.deep_link}")
    return ExitCode.FINE


def report(options: argparse.Namespace) -> int:
    """Write the report again, or a comparison."""
    others = (options.other, options.other_home, options.other_engine, options.other_kernels)
    if any(given is not None for given in others):
        return _compare(options)
    with starting():
        from nnjax.pipeline import WRITING_THE_REPORT
        from nnjax.report.nothing_to_report import NothingToReportError
        from nnjax.sweep_report import make_report

    try:
        space = expand_given(options)
        with choose_progress().stage(WRITING_THE_REPORT) as say:
            page = make_report(space, options.home, None, options.pdf, say)
    except NothingToReportError as error:
        raise RefusedError(f"{error}; run `nnjax sweep STUDY` first") from None
    following = sorted((page.parent / "next").glob("*.toml"))
    if options.json:
        say_json(report_document(page, following))
    else:
        say_page(page)
        say_what_follows(page, options.home)
    return ExitCode.FINE


def _compare(options: argparse.Namespace) -> int:
    with starting():
        from nnjax.comparison.page import Side, compare

    home, other_home = options.home, options.other_home or options.home
    first = Side(find_given(options.study, home), home)
    file = find_given(options.other or options.study, other_home)
    second = Side(file, other_home, options.other_engine, options.other_kernels)
    with choose_progress().stage("Comparing the two sweeps") as say:
        compared = compare(first, second, options.overrides, options.pdf, say)
    if options.json:
        say_json(comparison_document(compared))
    else:
        print(compared.words)
        say_page(compared.page)
    return ExitCode.CHANGED if compared.changed else ExitCode.FINE


def ui(options: argparse.Namespace) -> int:
    """Serve MLflow until Ctrl-C."""
    with starting():
        from nnjax.tracking.server import serve

    serve(options.home, options.host, options.port, speaker(options), choose_progress())
    return ExitCode.FINE


def server(options: argparse.Namespace) -> int:
    """Serve MLflow on PostgreSQL until Ctrl-C."""
    with starting():
        from nnjax.tracking.team_server import serve_team

    serve_team(options.home, options.port, options.workers, speaker(options), choose_progress())
    return ExitCode.FINE


def say_page(page: Path, what: str = "") -> None:
    """Where a page is, with its name in a column of its own if it has one, and how to open it."""
    head, below = (f"\n{what:<8} ", " " * 9) if what else ("", "")
    # As a URI: in a folder's name, browsers take a space, #, ? or % for something else.
    print(f"{head}{page}\n{below}open it in a browser: {page.resolve().as_uri()}")


def say_what_follows(page: Path, home: Path) -> None:
    """The studies that the report proposes, a line each."""
    for path in sorted((page.parent / "next").glob("*.toml")):
        noticed = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        noticed = textwrap.shorten(noticed, 160, placeholder=" …", break_on_hyphens=False)
        print(f"Next     {noticed}\n         {next_command(home, 'sweep', path)}")
