"""Write what is generated in docs/, each from its registry: glossary, factors, study and so on."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nnjax.cli import make_parser
from nnjax.commands.contract import DOCUMENTS as JSON_DOCUMENTS
from nnjax.commands.contract import EXIT_CODES
from nnjax.data.reader import Reader
from nnjax.data.splits import SPLITTERS, Splitter
from nnjax.data.tables import TABLES
from nnjax.judged import THRESHOLDS
from nnjax.metrics import CURVES, FINALS, Described
from nnjax.network.losses import LOSSES
from nnjax.results.columns import FACTOR_COLUMNS, IDENTITY
from nnjax.surroundings import CHANGES_NUMBERS, ENDS_RUNS, READ
from nnjax.sweep.study.factors import FACTORS, Factor
from nnjax.sweep.study.grid import ONLY_WITH
from nnjax.sweep.study.keys import REQUIRED, StudyKey, study_keys
from nnjax.tour.activation_table import activation_page
from nnjax.tour.pictures import write_activation_pictures

GLOSSARY_HEAD = """# Glossary of every metric

Written by `make docs` from `nnjax/metrics.py` and `nnjax/results/columns.py`. One thing has one name: in the journal,
the results table, MLflow and on the report's axes. MLflow shows curves as `fit/…` for `fit_…`, and `grad_norm/layer_01`
… for layers counted from the inputs.

A cell in MLflow has the means over its replicates, and the standard deviations of the main numbers as `…_sd`. The mean
of `test_r2` (of a classification, `test_accuracy`) has a 95 % interval, `test_r2_low` to `test_r2_high`: corrected, as
those of the report are, for splits that share one table, and cut where no score can be. In means of R² and accuracy a
diverged run counts as worst, R² −1 (every R² is clipped there) or accuracy 0, so no cell gains by losing runs; other
means leave it out. What a task does not have is empty here and absent there.

A study whose key `metric` names another measure has it on validation rows, too, as `validation_…` and
`last_validation_…`; then its means count a diverged run as worst: 0 or −1 as of accuracy and R², 1 of shares of error,
and where nothing bounds a measure twice that of a constant prediction. Measures without a place in the journal are
computed from its predictions. Of two classes the second is class 1 in [data.md](data.md), and in a table of one's own
the one that `nnjax plan` says measures of one class are of.

N training rows, M validation rows, L hidden layers, E epochs, K classes; y target, v prediction, p probability;
W weights, z pre-activations.
"""

SECTIONS = (
    ("Which run it is", IDENTITY),
    ("Factors", FACTOR_COLUMNS),
    ("One number a run", FINALS),
    ('Only with `decision_threshold = "validation"`', THRESHOLDS),
    ("Curves, one value an epoch, epoch 0 = at initialisation", CURVES),
)


def glossary() -> str:
    """The glossary as Markdown."""
    return GLOSSARY_HEAD + "".join(f"\n## {title}\n\n{_table(columns)}" for title, columns in SECTIONS)


def _table(columns: Sequence[Described]) -> str:
    rows = [(f"`{column.name}`", column.unit, column.meaning, column.formula) for column in columns]
    return _markdown(("name", "unit", "meaning", "formula"), rows)


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(map(_escape, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("  ", " ") for line in lines) + "\n"


FACTORS_HEAD = """# Factors

Written by `make docs` from `nnjax/sweep/study/factors.py`: all that a study can vary. A factor stands in `[studied]` or
`[nuisance]` with a list of levels, or in `[fixed]` with one; where a study does not name it, it has its default. A
setting that means nothing beside the others (the momentum of Adam) is put to its default: it makes no second run.

"""


LOSSES_HEAD = """
## Losses

y is the target, p the prediction, z the last layer's sums. The first output is the one that `output = "auto"` means.

"""

LOSSES_REST = """
A regression's target is standardised by the training rows, so `huber_delta` is in their standard deviations. With
`poisson` the target is a count: it must not be negative, and is only divided by its mean over the training rows, so
that a network whose sums are zero predicts the mean. The deviance in units of that mean is least at the same
predictions. Predictions and scores are in the target's own unit, whatever the loss. A penalty is added to the mean
loss: loss + α/2 ‖W‖².
"""


def factors() -> str:
    """The factors as Markdown."""
    head = ("factor", "default", "levels", "meaning", "means something with")
    losses = [(f"`{each.name}`", ", ".join(each.outputs), each.meaning, each.formula) for each in LOSSES.values()]
    return (
        FACTORS_HEAD
        + _markdown(head, [_factor(factor) for factor in FACTORS.values()])
        + LOSSES_HEAD
        + _markdown(("loss", "behind the output", "what it is", "one example"), losses)
        + LOSSES_REST
    )


def _factor(factor: Factor) -> tuple[str, ...]:
    default = "from depth and width" if factor.default is None else f"`{factor.default}`"
    where, levels = ONLY_WITH.get(factor.name, ("", ()))
    company = f"{where} {' or '.join(levels)}" if where else ""
    return f"`{factor.name}`", default, _levels(factor), factor.meaning, company


def _levels(factor: Factor) -> str:
    legal = getattr(factor.check, "legal", "")
    return legal if isinstance(legal, str) and legal else LEVELS_IN_WORDS[factor.name]


LEVELS_IN_WORDS = {
    "activation": "a name of [the table](activations.md), or a list of names, one a hidden layer",
    "batch_size": 'a whole number up to the number of training rows, or "full"',
    "hidden_layer_sizes": "a list of widths from 1 to 8192; [] for no hidden layer",
}

DATA_HEAD = """# Data sets

Written by `make docs` from `nnjax/data`: what `[data]` can name. No set needs a network. A generated set takes `rows`,
`noise` and `seed` where a default stands below; every set takes `polynomial_degree` from 1 to 5, which makes the
features all products of up to so many inputs, and `validation_share`, the part of the rows outside the test fold that
chooses the epoch (`nnjax plan` and the report warn where that is fewer than 20 rows: they choose by luck). Classes are
stratified: in every part of a split each has its share of the rows, within one row.

"""


OWN_TABLE = """
## A table of your own

```
[data]
file = "iris.csv"                 # .csv (commas or semicolons), .tsv, .parquet, .arrow, .feather; .csv.gz, .csv.zst …
target = "species"                # the column that is predicted; a regression may have a list of several
# features = ["sepal width (cm)"] # the inputs; all other columns if left out
# task = "classification"         # or "regression"; if left out, words and true/false are classes, numbers are not
```

A page for each kind of table says what to write, what is warned of and what an interval is worth, with an example that
runs in seconds: [missing values](tables/missing-values.md), [words](tables/words.md), [dates](tables/dates.md),
[several rows of a person](tables/groups.md), [order of time](tables/time-order.md),
[a rare class](tables/rare-class.md), [long tails and counts](tables/long-tails.md), [many rows](tables/large.md).

`nnjax plan experiments/own-table.toml` shows what was understood of every column: its kind, its gaps, its levels, and
what becomes of it. A file that does not lie beside the study is looked for where you are. Columns of numbers stay as
they are; true and false become 1 and 0; a column of up to 20 words becomes a column of zeros and ones a word, or one
for both where there are two. Every split scales them by its training rows; which words there are is known from all
rows. A column that is the same in all rows, or empty, is left out and named, and so is the index that pandas writes
into a Parquet file. An identifier is a column of numbers like any other: name the `features` where there is one. A
decimal comma is refused; all that is wrong with a table is told at once.

`plan` and report warn, with figures, of rows that repeat others, of a feature that is the target or determines it, of
an identifier, of a target that hardly varies, of few whole numbers read as a regression, and of a column whose values
several rows share while random splits part these: people measured repeatedly, say ([splits.md](splits.md)).

From Python, a data frame of pandas or polars, a table of Arrow or a result of DuckDB is a table, too; the study file
then has a target and no file. The frame is kept in `journal/frames/` of the home.

```
import nnjax

nnjax.sweep_study("study.toml", data=frame)
```

### Missing values, many words, dates, long tails

They are refused until the study says what becomes of them. Each of these is a factor like any other: fix it, or study
it to see whether it matters. What is learnt for it is learnt by scikit-learn's transformers on the training rows of
each split, and a run's identity then names scikit-learn's version.

```
[fixed]
missing_values = "median"   # or "mean", "most_frequent", "own_level"
word_columns = "target"     # or "one_hot", "ordinal"
rare_words = 0.01           # a share of the training rows
date_columns = "parts"      # or "elapsed"
skewed_columns = "log"      # or "quantile"
target_scale = "log"        # or "quantile"
```

- `missing_values`. Numbers: the median, mean or most frequent number is filled in (`"own_level"`: the median), and a
  second column says where. Words: a word of its own, or with `"most_frequent"` the most frequent word. Dates: only
  `"most_frequent"`.
- `word_columns`. Zeros and ones a word; or the mean target of the rows that have the word, of classes the share of each
  one, cross-fitted within the training rows so that no row sees its own target; or the number of the word.
- `rare_words`. Words that fewer of the training rows have become one word, and so do words that they lack. With it, any
  number of words may become zeros and ones.
- `date_columns`. The year, and month, weekday and hour as places on a circle (sine and cosine), so that December lies
  beside January; or the days since the first training row.
- `skewed_columns`. The logarithm of 1 + x where no number is negative, or normal quantiles; of columns whose training
  rows have a skewness beyond 1. The least and the largest number stand at the curve's ends, -5.2 and 5.2: so do all
  zeros of a column that begins at zero.
- `target_scale`, of a regression: what the network is trained on. The logarithm of 1 + y, refused where a target is
  negative (a target far below 1 stays nearly as it is: write it in a smaller unit); or normal quantiles, after which no
  prediction leaves the range of the training rows. Each target has a scale of its own. The epoch with the lowest
  validation loss is chosen on that scale; then predictions are turned back, and R², errors, stored predictions and all
  that is judged by them are in the target's own unit, as those of the baselines are. R² of single epochs (curves,
  `epochs_to_target`) is of the target as it is trained. Counts (`loss = "poisson"`) and classes have none.

A column that is empty in the training rows of one split is 0 there. A word that they lack is all zeros, or a rare one;
encoded by the target, it has the mean of all. Where the training rows have no rare word, the column of rare words is
all zeros.

No number becomes another one. A column with a zero in front of another digit, such as 007, is words: codes, of which 01
and 1 are two. A whole number, or a decimal of a Parquet file, that float64 does not give back (of about 16 digits and
more) is refused; a fraction in a text is the nearest float64, as everywhere. No row vanishes: a quote that is not
closed where a word ends is refused with its line, and so are two quotes that make one row of lines each of which would
be one; any other line break within quotes is legal, and told. Words that may be meant otherwise ($5, <5, 5 kg, a ?
among numbers, 007) are notes of `nnjax plan` and stand at the top of the report. A Parquet file of more than a million
rows is refused by its metadata, before its columns are read.

A column that is constant over the training rows of a split is only centred there, and so is one that is constant but
for rounding, for dividing by its spread would make enormous numbers of nothing: its range over those rows is at most 64
units in the last place of the largest of them (4 of float32's where a Parquet file stores it so; whole numbers and
decimals only if all are equal), however many rows there are. Where that range is more than 1 (numbers of 1e16, of 1e8
in float32) it is divided by, so that it is 1. Noise about zero is seen by no such rule: a validation or test value
beyond a million standard deviations is named. Both are notes of `nnjax plan`, too.

Beside the networks stands gradient boosting, scikit-learn's `HistGradientBoosting*`, which takes a table's columns as
they were read: words as categories (beyond 255 different ones, the rarest of the training rows are one), gaps as gaps,
dates as seconds, with day of the year and weekday beside them. It is fitted on the training rows, the validation rows
choose the number of its trees, and the report's first screen says so where it is the best of all.

### Rows and classes that count more

```
[data]
weight = "people"           # a column of positive numbers: what each row counts

[fixed]
class_weight = "balanced"   # or study it: ["none", "balanced"]
```

A row of weight 2 counts as two rows of weight 1 in the training loss, in the validation loss, which chooses the epoch,
in all scores, and in the baselines. Only ratios matter: weights are divided by their mean over the training rows, so
that learning rate and penalty mean what they mean without them: loss + α/2 ‖W‖², where the loss is the weighted mean.
In a mini-batch each row counts its weight over the rows of the batch, so that steps are right on average. The column is
no feature. Features and target are scaled, columns prepared and batches normalised with every row counted once.

`class_weight = "balanced"` multiplies the weight of a row by N / (K · rows of its class), counted in the training rows,
so that every class counts as much as any other. It changes the losses, and so the network and the epoch that is chosen,
but no score and no baseline: accuracy is what it always is. A score that gives every class the same say is
`test_balanced_accuracy`; what to write where one of two classes is rare says [its page](tables/rare-class.md).

Rows that belong together, came one after the other or have folds of their own are not split at random:
see [splits](splits.md).

The numbers are kept in `journal/tables/`, so that a run can be trained again when the file has changed; runs of a
changed file are other runs.
"""


def data_sets() -> str:
    """The data sets as Markdown."""
    head = ("name", "task", "inputs", "rows", "noise", "seed", "what it is", "source")
    return DATA_HEAD + _markdown(head, [_data_set(reader) for reader in TABLES.values()]) + OWN_TABLE


def _data_set(reader: Reader) -> tuple[str, ...]:
    defaults = [f"{reader.defaults[name]:g}" if name in reader.defaults else "" for name in ("rows", "noise", "seed")]
    return f"`{reader.name}`", reader.task, str(reader.n_features), *defaults, reader.description, reader.source


SPLITS_HEAD = """# Splits

Written by `make docs` from `nnjax/data/splits.py`: the methods that `[replicates]` can name. Every cell of a study sees
the same splits, and all splits train on equally many rows, so that they share one program and one meaning of "full
batch". `validation_share` of `[data]` parts the rows outside the test rows; `seeds_per_split` and `base_seed` go with
every method, the other keys with those that name them here.

"""

SPLITS_WORTH = """
## What an interval is worth

Splits of one table share its rows, so their scores are no independent draws, and which interval allows for that depends
on how they were made. Where none is known to hold, the report draws intervals but gives no claim a verdict: it is
called *exploratory*, in the plan and on the page.

"""

SPLITS_REST = """
### How that is known of groups

`benchmarks/grouped.py` puts both methods, and random folds beside them, to tables of which the truth is known: 400 rows
of persons, one of whom has ten to twenty times as many as another, and two linear learners, each with inputs of the
person that the other does not see. Both are equally good for new persons: every verdict that one is better is wrong. Of
1,000 fresh tables a line, five folds and 20 splits, so many verdicts were wrong:

| persons | an input of the person | `repeated_k_fold` | `group_k_fold` | `leave_one_group_out` |
| --- | --- | --- | --- | --- |
| 20 | says nothing | 374 | 2 (114 judged) | 3 |
| 20 | matters | 507 | 4 (114 judged) | 5 |
| 30 | says nothing | 303 | 2 (844 judged) | 0 |
| 30 | matters | 456 | 28 (844 judged) | 4 |
| 40 | says nothing | 204 | 3 (973 judged) | 1 |
| 40 | matters | 393 | 25 (973 judged) | 2 |
| 100 | says nothing | 71 | 1 | 2 |
| 100 | matters | 230 | 29 | 2 |

Random folds know the persons again, and take that for skill. Twenty such persons are mostly worth fewer than 15 groups
of equal size, and get no verdict of `group_k_fold`. Where one learner is better by 1.97 times the difference that can
be detected (100 persons, whole groups), 1,000 of 1,000 verdicts said so; by 1.05 times, 851; with one person left out,
by 1.04 times, 926. Tables of other kinds may behave otherwise: `nnjax calibrate` has a smaller run of the same.

## The column that is followed

The last four follow a column of [a table of your own](data.md#a-table-of-your-own). It is read, and no input unless
`features` names it; a fold never is one. `nnjax plan` says what the splits follow, how many rows train, validate and
test, and how many are used nowhere.

## Rows that belong together

```
[replicates]
method = "group_k_fold"           # or "leave_one_group_out", without folds and splits
groups = "person"                 # words, whole numbers, true and false, or dates
folds = 5
splits = 20                       # in all: a multiple of folds; more splits begin with those of fewer
```

A group is never on two sides: whole groups test, whole groups validate. Groups of like size, and of the class that they
have most more of than the table, are dealt to different folds, so that folds differ in rows by no more than groups do.
Training takes groups in random order until it has rows enough; the last one is thinned to the number that all splits
have, and rows thinned out are used nowhere. Which number that is depends on the groups and the folds alone: on the
largest test part that any repeat can have.

Rows of a person that stand on both sides are learnt by heart, and a random fold takes that for skill. Write `groups`
wherever a row of a person, a machine or a day tells of another.

## Rows in the order of time

```
[replicates]
method = "time_series"
order = "day"                     # numbers, or dates and times; which unit they are in does not matter
folds = 5                         # test blocks, and splits
gap = 7                           # instants left out between training and validation, and validation and test
```

Training, gap, validation, gap and test follow one another, and no training or validation row is later than a test row.
The test blocks together are the latest half of the rows. The window of training rows is equally long in all splits,
that of the first; what is older is left out. Rows of one instant are not parted: a gap of 7 is seven different values
of the column, days for example, however many rows a day has. (Where the window begins, the oldest instant is thinned.)

## Folds of the table

```
[replicates]
method = "predefined"
fold = "part"                     # each level is the test part once; rows of fold -1 are never tested
```

The rows that validate are drawn at random from the other folds. Where folds are unequal, the spare rows validate.

## What is refused

A split whose test rows give no score, for there is one row, one class or one value of the target, is refused before
anything runs, and so is one that has a class to tell which it cannot learn. `group_k_fold` mixes groups in its test
parts, and is what to turn to.
"""


def splits() -> str:
    """The methods of splitting as Markdown."""
    methods = SPLITTERS.values()
    rows = [(f"`{each.name}`", ", ".join(f"`{key}`" for key in each.keys), each.meaning) for each in methods]
    worth = [(f"`{each.name}`", _verdicts(each), each.interval.words) for each in methods]
    return (
        SPLITS_HEAD
        + _markdown(("method", "keys", "what it does"), rows)
        + SPLITS_WORTH
        + _markdown(("method", "verdicts", "interval that is known to hold"), worth)
        + SPLITS_REST
    )


def _verdicts(splitter: Splitter) -> str:
    if splitter.interval.unknown:
        return "no: exploratory"
    return f"from {splitter.interval.fewest} groups on" if splitter.interval.fewest else "yes"


STUDY_HEAD = """# Every key of a study file

Written by `make docs` from `nnjax/sweep/study/tables.py` and `factors.py`: what a study file may say. It is TOML; the
keys without a table stand above the first one. An unknown key, or a value that is not legal, is refused with file, key,
value and remedy before anything runs. `--set data.validation_share=0.3` changes a key for one command, `--set epochs=9`
a factor wherever it stands. A small study is in [the README](../README.md#a-study).

"""

STUDY_TABLES = {
    "": """## At the top of the file

Where few rows are of the class that matters, accuracy says little: a constant reaches the share of the largest class.
`metric = "average_precision"` judges by how the rows of the second class are ranked (a constant gets their share),
`class_weight` lets classes count alike in losses, and `decision_threshold` says where a probability becomes a class.
Both keys of the study are applied to the predictions in the journal, so they train nothing again; runs of versions that
kept none of validation rows cannot choose by them, which is told before anything runs.""",
    "data": """## `[data]`

Which sets there are, and what a table of your own may hold: [data sets](data.md).""",
    "replicates": "## `[replicates]`\n\nWhat each method does, and what its interval is worth: [splits](splits.md).",
    "factors": """## `[studied]`, `[nuisance]`, `[fixed]`

Each factor stands in one of the three: in `[studied]` and `[nuisance]` with a list of levels, in `[fixed]` with one.
Where none names it, it has its default. What some of them mean something with: [factors](factors.md).""",
    "grid": "## `[grid]`",
    "logging": "## `[logging]`",
    "claims": "## `[[claims]]`\n\nOne table each, as often as there are claims.",
}
"""Table -> its heading, in the order of the page."""

LINKED = {"data.name": "a name of [the table](data.md)", "claims.metric": "a name of [the glossary](glossary.md)"}
"""Keys that take one of many names."""


def study() -> str:
    """Every key of a study file as Markdown."""
    keys = study_keys()
    parts = [
        f"{heading}\n\n{_factor_keys() if table == 'factors' else _keys(table, keys[table])}"
        for table, heading in STUDY_TABLES.items()
    ]
    return STUDY_HEAD + "\n".join(parts)


def _keys(table: str, keys: Sequence[StudyKey]) -> str:
    has_company = any(key.company for key in keys)
    rows = [
        (
            f"`{key.name}`",
            LINKED.get(f"{table}.{key.name}", key.takes) or "a table: see below",
            f"`{key.default}`" if key.default not in ("", REQUIRED) else key.default,
            key.meaning,
            *([key.company] if has_company else []),
        )
        for key in keys
    ]
    return _markdown(("key", "what it takes", "default", "meaning", *(["goes with"] if has_company else [])), rows)


def _factor_keys() -> str:
    rows = [(name, levels, default, meaning) for name, default, levels, meaning, _ in map(_factor, FACTORS.values())]
    return _markdown(("key", "levels", "default", "meaning"), rows)


SURROUNDINGS_HEAD = """# Surroundings

Written by `make docs` from `nnjax/surroundings.py`: what of a person's surroundings we read, what is refused, and what
reaches nothing. A study gives the same journal, figures and MLflow store whoever sweeps it, and wherever the same
kernels train it ([kernels.md](kernels.md)).

## What is read

"""

SURROUNDINGS_REFUSED = """
Besides, libraries read theirs: MLflow the variables of its sign-in and of a proxy, Dask those of its settings and
certificates ([more machines](cluster.md)), CUDA which GPUs there are.

## What is refused

What would change a run's numbers is no part of its identity, so nothing is trained with it: `nnjax sweep`, `run` and
`audit`, every worker (processes, threads, Dask's on other machines) and the functions behind them end with one line
that names the variable, before anything runs. `nnjax doctor` names it, too.

- `XLA_FLAGS`, but for the flags that no program depends on: those that JAX's own cache of programs leaves out of its
  keys (`--xla_dump_…`, `--xla_force_host_platform_device_count`, `--xla_gpu_cuda_data_dir`,
  `--xla_gpu_experimental_autotune_cache_mode`), `--xla_cpu_enable_fast_math=false`, and on a processor
  `--xla_gpu_…`. `--xla_cpu_enable_fast_math=true` moved a log loss by 4e-8.
- Options of JAX that change the text of our programs or what the compiler is told, as variables or in a notebook,
  unless they have the value that all runs are trained with:

"""

SURROUNDINGS_REST = """
## What reaches nothing

- **matplotlibrc, `MPLBACKEND`, `plt.style`**: every figure starts from matplotlib's own defaults.
- **`MLFLOW_…`** but the tracking URI and the sign-in: experiment, run and settings that shape a store are passed over.
- **Locale and terminal**: files are UTF-8. A terminal that lacks a letter shows the nearest one; `nnjax results` writes
  UTF-8 to a pipe as to a file.
- **Time zone**: times are UTC, and say so.
- **`OMP_…`, `OPENBLAS_…` and the like**: programs are compiled for one core a worker, baselines fitted on one thread.
- **The current folder**: only where a home or a study is named by a path that begins there. A `random.py` in it is
  nobody's module.
- **`HOME` unset, umask**: nothing is looked for in a home directory that we need; files get the rights that a
  person's umask leaves.
- **Names of folders**: spaces, quotes, `#`, `?`, `%`, colons, line breaks. Only a name that is no UTF-8 is refused, as
  MLflow cannot keep it.
"""


def surroundings() -> str:
    """What is read of the surroundings, and what is not, as Markdown."""
    options = [
        (f"`{name.upper()}`", value, effect)
        for values, effect in ((CHANGES_NUMBERS, "other numbers, or none"), (ENDS_RUNS, "some runs end in an error"))
        for name, value in values.items()
    ]
    return (
        SURROUNDINGS_HEAD
        + _markdown(("variable", "what for"), [(f"`{name}`", meaning) for name, meaning in READ.items()])
        + SURROUNDINGS_REFUSED
        + _markdown(("option", "value of all runs", "with another"), options)
        + SURROUNDINGS_REST
    )


COMMANDS_HEAD = """# Commands

Written by `make docs` from `nnjax/commands/`. `nnjax COMMAND --help` lists the options of each. All take `--home`, the
folder for journal, reports and MLflow's store; else `NNJAX_HOME` names it, else it is the current folder. What takes
more than two seconds is told of on standard error: on a terminal by a line that moves, in a log by a line every five
seconds.

"""

COMMANDS_MACHINES = """
## For programs

`--json` prints one document on standard output and nothing else there; what is told meanwhile goes to standard error. A
number that JSON cannot write (NaN, infinity) is null, and no text holds a password of an address. Nothing is printed on
standard output where a command is refused (exit code 2). So a check of a change may be:

    nnjax sweep experiments/quick.toml --home new
    nnjax report experiments/quick.toml --other-home old --home new --json > compared.json    # 3: a conclusion changed
    nnjax audit experiments/quick.toml --home new --json > audit.json                         # 1: something is wrong
"""

COMMANDS_GIT = """
## A home and git

In a new home a sweep writes a `.gitignore`, unless there is one: it leaves out locks, compiled programs and MLflow's
store, which `nnjax sync` makes again. Journal and reports it leaves in. The journal is what was seen, and
`journal/claims/` says that the claims were there before: to commit both is to show it to others.
"""


def commands() -> str:
    """The commands, how they end, and what they say to programs, as Markdown."""
    parsers = next(action.choices for action in make_parser()._actions if action.dest == "name")
    assert isinstance(parsers, dict)
    table = [(f"`{name}`", each.description, f"`{each.epilog.partition(': ')[2]}`") for name, each in parsers.items()]
    ends = [(str(int(code)), words) for code, words in EXIT_CODES.items()]
    keys = (
        f"\n### `nnjax {name} --json`\n\n{_markdown(('key', 'meaning'), [(f'`{key}`', keys[key]) for key in keys])}"
        for name, keys in JSON_DOCUMENTS.items()
    )
    return (
        COMMANDS_HEAD
        + _markdown(("command", "what it does", "example"), table)
        + "\n## How a command ends\n\n"
        + _markdown(("exit code", "meaning"), ends)
        + COMMANDS_MACHINES
        + "".join(keys)
        + COMMANDS_GIT
    )


def _escape(text: str) -> str:
    """Text of a cell: a bare bar would begin the next one."""
    return text.replace("|", "\\|")


DOCUMENTS: dict[str, Callable[[], str]] = {
    "glossary.md": glossary,
    "factors.md": factors,
    "study.md": study,
    "data.md": data_sets,
    "splits.md": splits,
    "activations.md": activation_page,
    "surroundings.md": surroundings,
    "commands.md": commands,
}
"""File in docs/ -> what is written into it."""

if __name__ == "__main__":
    for name, document in DOCUMENTS.items():
        Path(__file__).with_name(name).write_text(document(), "utf-8")
    write_activation_pictures(Path(__file__).parent / "pictures")
