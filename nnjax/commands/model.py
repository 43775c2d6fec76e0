"""What puts a fitted model to use."""

import argparse
import sys
from pathlib import Path

from nnjax.commands.contract import ExitCode
from nnjax.commands.options import Commands, starting
from nnjax.sweep.progress import choose_progress
from nnjax.terminal import carry_data


def add_model(commands: Commands) -> None:
    """What a fitted model is asked."""
    predict_parser = commands.add(
        predict, "Predict the rows of a table with a fitted model.",
        "nnjax predict models/own-table new.csv --out predictions.csv",
    )  # fmt: skip
    predict_parser.add_argument("model", help="folder of a model, or its name in models/")
    predict_parser.add_argument("table", type=Path, help=".csv, .tsv, .parquet, .arrow, .feather; .csv.gz, .csv.zst")
    predict_parser.add_argument("--out", type=Path, help="file to write, .csv or .parquet (default: print as CSV)")
    predict_parser.add_argument("--level", help="of intervals or sets, between 0 and 1 (default: the model's)")
    predict_parser.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN", help="column of the table to stand beside; repeatable"
    )


def predict(options: argparse.Namespace) -> int:
    """Predict a table of any size."""
    with starting():
        from nnjax.model.folders import find_model, load_fitted
        from nnjax.model.predict import predict_table

    out = None if options.out in (None, Path("-")) else options.out
    if out is None:
        carry_data(sys.stdout)
    with choose_progress().stage("Reading the model"):
        model = load_fitted(find_model(options.model, options.home))
    with choose_progress().stage("Predicting") as say:
        kept = tuple(dict.fromkeys(options.keep))
        rows, strays = predict_table(model, options.table, out, options.level, kept, say)
    print(f"{rows:,} rows predicted{f', written to {out}' if out else ''}", file=sys.stdout if out else sys.stderr)
    if strays:
        print(strays, file=sys.stderr)
    return ExitCode.FINE
