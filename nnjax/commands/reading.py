"""What reads the journal and tells of it."""

import argparse
import shlex
import sys

from nnjax.commands.pages import say_page, say_what_follows
from nnjax.commands.study_argument import expand_given, find_given
from nnjax.refusal import RefusedError
from nnjax.terminal import carry_data


def results(options: argparse.Namespace) -> int:
    """Write or print the results of a study."""
    from nnjax.results.export import EXTENSIONS, write_results

    if options.out is not None and options.out.suffix not in EXTENSIONS:
        raise RefusedError(f"--out {options.out}: unknown kind of file; end it in {' or '.join(EXTENSIONS)}")
    if options.out is None:
        carry_data(sys.stdout)
    rows = write_results(expand_given(options), options.home, options.out, options.curves)
    if options.out is not None:
        print(f"{rows:,} rows written to {options.out}")
    return 0


def sync(options: argparse.Namespace) -> int:
    """Bring MLflow up to date."""
    from nnjax.claims.rounds import added_spaces
    from nnjax.pipeline import find_report, refuse_another_study
    from nnjax.tracking.study_sync import sync_sweep
    from nnjax.tracking.telling import tell

    space = expand_given(options)
    refuse_another_study(space, options.home)
    report_dir = find_report(space, options.home)
    synced = sync_sweep(space, options.home, options.tracking_uri, report_dir, tell(print), options.restore)
    for grown in added_spaces(space, options.home):
        more = sync_sweep(grown, options.home, options.tracking_uri, is_restored=options.restore)
        print(f"Added to decide claims: {more.words}")
    print(f"{synced.words}: {synced.tracking_uri}")
    print(f"make ui, then open {synced.deep_link}")
    return 0


def report(options: argparse.Namespace) -> int:
    """Write the report again, or a comparison."""
    if any(given is not None for given in (options.other, options.other_home, options.other_engine)):
        return _compare(options)
    from nnjax.pipeline import make_report
    from nnjax.report.study_results import NothingToReportError

    try:
        page = make_report(expand_given(options), options.home)
    except NothingToReportError as error:
        raise RefusedError(f"{error}; run `nnjax sweep {shlex.quote(options.study)}` first") from None
    say_page(page)
    say_what_follows(page)
    return 0


def _compare(options: argparse.Namespace) -> int:
    from nnjax.comparison.compare import Side, compare

    home, other_home = options.home, options.other_home or options.home
    first = Side(find_given(options.study, home), home)
    second = Side(find_given(options.other or options.study, other_home), other_home, options.other_engine)
    say_page(compare(first, second, options.overrides))
    return 0
