"""A plan in words: what a study asks for, what was understood of its data, and what that would cost."""

from collections.abc import Sequence

from nnjax.data.tables import Table
from nnjax.kernels.names import in_words
from nnjax.sweep.columns import describe_columns, in_one_line, read_as
from nnjax.sweep.plan import Plan, sweep_minutes
from nnjax.sweep.progress import show_seconds
from nnjax.sweep.space import Space
from nnjax.sweep.used_rows import describe_splits

MOST_INPUTS_NAMED = 20
"""Inputs and classes that are named."""

LONGEST_SHOWN_NAME = 80


def describe_plan(space: Space, plan: Plan, workers: int, notices: Sequence[str] = ()) -> str:
    """What a study asks for and what it would cost, and what is worth knowing before anything is trained."""
    study, minutes = space.study, sweep_minutes(space, plan, workers)
    on_gpu = bool(plan.buckets) and all(part.bucket.device == "gpu" for part in plan.buckets)
    places, place = ("workers of a GPU", "one worker") if on_gpu else ("cores", "one core")
    baselines = "are kept" if plan.has_baselines else _minutes(minutes.baselines)
    lines = [
        study.question.strip(),
        "",
        *([f"data        {describe_table(study.table)}"] if study.data.file is not None else []),
        *(f"{'' if place else 'splits':<12}{line}" for place, line in enumerate(describe_splits(space))),
        f"cells       {plan.cells:,}",
        f"replicates  {plan.replicates:,}",
        f"runs        {plan.runs:,}, {plan.missing:,} to train",
        f"programs    {plan.programs:,}",
        f"kernels     {in_words(space.kernels)}",
        f"predicted   {_minutes(minutes.wall)} on {workers} {places}: training {_minutes(minutes.train)}, "
        f"baselines {baselines}, MLflow {_minutes(minutes.track)}, "
        f"report {_minutes(minutes.report)}",
        f"            {plan.journal_mb:,.0f} MB in the journal, {plan.mlflow_mb:,.0f} MB in MLflow",
        *(f"note        {notice}" for notice in notices),
    ]
    if readings := read_as(space):
        lines += ["", *describe_columns(readings)]
    if plan.buckets:
        lines += ["", f"{'hidden layers':<18} {'batch':>6} {'epochs':>7} {'runs':>6} {'chunks':>7} {place:>13}"]
    for part in plan.buckets:
        bucket = part.bucket
        sizes = _sizes(bucket.hidden_layer_sizes)
        lines.append(
            f"{sizes:<18} {bucket.batch_size:>6} {bucket.epochs:>7} {part.runs:>6} {part.chunks:>7} "
            f"{show_seconds(part.seconds):>13}"
        )
    return "\n".join(lines)


def _minutes(minutes: float) -> str:
    return show_seconds(60 * minutes)


def describe_table(table: Table) -> str:
    """What was understood of a table of one's own: which columns are inputs, and what is predicted.

    >>> from nnjax.data.tables import load_table
    >>> describe_table(load_table("linnerud"))
    'linnerud: 20 rows, regression of weight, waist, pulse from chins, situps, jumps'
    >>> describe_table(load_table("breast_cancer")).partition(" from")[0]
    'breast_cancer: 569 rows, classification of diagnosis (malignant, benign; measures of one class are of benign)'
    """
    of_one = f"; measures of one class are of {_names(table.class_names[1:])}" if len(table.class_names) == 2 else ""
    classes = f" ({_names(table.class_names)}{', …' if table.class_names[MOST_INPUTS_NAMED:] else ''}{of_one})"
    if table.columns:
        inputs = f"{len(table.columns):,} column{'s' if len(table.columns) > 1 else ''}"
    else:
        more = len(table.feature_names) - MOST_INPUTS_NAMED
        inputs = f"{_names(table.feature_names)}{f' and {more:,} more' if more > 0 else ''}"
    return (
        f"{table.name}: {len(table.target):,} rows, {table.task} of {table.target_name}"
        f"{classes if table.class_names else ''} from {inputs}"
    )


def _names(names: Sequence[str]) -> str:
    r"""The first names, each in one line and no longer than a line.

    >>> _names(("age", "note = two\nlines"))
    'age, note = two\\nlines'
    """
    return ", ".join(in_one_line(name, LONGEST_SHOWN_NAME) for name in names[:MOST_INPUTS_NAMED])


def _sizes(hidden_layer_sizes: tuple[int, ...]) -> str:
    """Layer sizes, repeated ones counted.

    >>> _sizes((64, 64, 64)), _sizes((64, 32))
    ('3 × 64', '64, 32')
    """
    if len(set(hidden_layer_sizes)) == 1:
        return f"{len(hidden_layer_sizes)} × {hidden_layer_sizes[0]}"
    return ", ".join(map(str, hidden_layer_sizes))
