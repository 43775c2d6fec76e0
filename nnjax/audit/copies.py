"""A copy of the results against the journal's own: which numbers differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nnjax.audit.stamp import Line
from nnjax.tracking import names

DIFFERENCES_NAMED = 3
"""Differences that a line names."""


def compare_copy(what: str, results: pd.DataFrame, copy: pd.DataFrame, columns: Sequence[str]) -> Line:
    """Compare the finals of runs, one row a run, number by number, bit by bit; a copy has NaN where it has no number.

    Fine only if the copy has every run, no other, none twice, and every number is the very same.

    Example:
        >>> journal = pd.DataFrame({"run_id": ["a", "b"], "test_r2": [0.5, float("nan")]})
        >>> compare_copy("A copy", journal, journal.assign(test_r2=[0.5, 0.1]), ["test_r2"]).seen
        '2 runs, 2 numbers; 1 differs: test_r2 of run b is nan, the copy says 0.1'
    """
    problems = _membership(results["run_id"].tolist(), copy["run_id"].tolist())
    both = results.merge(copy.drop_duplicates("run_id"), on="run_id", suffixes=("", "_copy"))
    differing = []
    for column in columns:
        ours, theirs = (both[name].to_numpy(dtype=float) for name in (column, f"{column}_copy"))
        for place in np.flatnonzero((ours != theirs) & ~(np.isnan(ours) & np.isnan(theirs))):
            run_id = str(both["run_id"].iloc[place])[: names.SHORT]
            our_number, their_number = float(ours[place]), float(theirs[place])
            differing.append(f"{column} of run {run_id} is {our_number!r}, the copy says {their_number!r}")
    if differing:
        verb = "differs" if len(differing) == 1 else "differ"
        problems.append(f"{len(differing):,} {verb}: {'; '.join(differing[:DIFFERENCES_NAMED])}")
    seen = f"{len(both):,} runs, {len(both) * len(columns):,} numbers"
    return Line(what, "; ".join([seen, *problems]), not problems)


def _membership(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    lacking, foreign = len(set(ours) - set(theirs)), len(set(theirs) - set(ours))
    twice = len(theirs) - len(set(theirs))
    counts = ((lacking, "not there"), (foreign, "of no planned run"), (twice, "there twice"))
    return [f"{count:,} {words}" for count, words in counts if count]
