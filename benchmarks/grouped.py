"""How many verdicts are wrong where many rows are of one person: random folds, whole groups, one person left out.

Each line is so many fresh tables (400 rows, persons of unequal numbers of rows) of which the truth is known: two linear
learners that see the rows' own inputs, and inputs of the person, other ones each. Where both are equally good, every
verdict that one is better is wrong; where one is better, every other verdict is. The learners train on the rows that
nnjax's splits let train or validate. Where whole groups are worth too few for a verdict (see docs/splits.md), there is
none, right or wrong: tables with one are counted as judged.

    python benchmarks/grouped.py [--tables 1000]
"""

import argparse
from collections.abc import Sequence

import numpy as np

from nnjax.calibration.grouped import TWICE_DETECTABLE, GroupedScores, Persons, grouped_scores

METHODS = ("repeated_k_fold", "group_k_fold", "leave_one_group_out")
EQUAL = {"neither input of a person matters": (0.0, 0.0), "each learner's input matters, equally": (0.7, 0.7)}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1000, help="tables a line (default: %(default)s)")
    tables = parser.parse_args().tables
    print(f"{'persons':>7}  {'truth':<38} {'method':<20} wrong of {tables:,}, judged")
    for persons in (20, 30, 40, 100):
        for truth, effects in EQUAL.items():
            for method in METHODS:
                scores = simulate(Persons(persons, *effects), method, tables)
                wrong = sum(each.is_found() or each.is_found(-1) for each in scores)
                judged = sum(each.is_judged for each in scores)
                print(f"{persons:>7}  {truth:<38} {method:<20} {wrong:>5,} {judged:>14,}", flush=True)
    print(f"\n{'persons':>7}  {'method':<20} {'true':>6} {'detectable':>10} {'ratio':>6}  right of {tables:,}")
    for persons, method, effect in (
        (100, METHODS[1], 1.1),
        (100, METHODS[1], TWICE_DETECTABLE),
        (100, METHODS[2], 2.2),
    ):
        scores = simulate(Persons(persons, effect), method, tables)
        true = float(np.mean([each.differences.mean() for each in scores]))
        detectable = float(np.median([each.detectable for each in scores]))
        right = sum(each.is_found() for each in scores)
        print(
            f"{persons:>7}  {method:<20} {true:>6.3f} {detectable:>10.3f} {true / detectable:>6.2f}  {right:>5,}",
            flush=True,
        )


def simulate(persons: Persons, method: str, tables: int) -> Sequence[GroupedScores]:
    """The differences on so many fresh tables."""
    return [grouped_scores(persons, method, seed) for seed in range(tables)]


if __name__ == "__main__":
    main()
