"""Write what is generated in docs/: the glossary, from the registry of columns."""

from pathlib import Path

from nnjax.results.columns import CURVES, FACTORS, FINALS, IDENTITY, Column

HEAD = """# Glossary of every metric

Written by `make docs` from `nnjax/results/columns.py`. One thing has one name: in the journal, the results table,
MLflow and on the report's axes. MLflow shows curves as `fit/…` for `fit_…`, and `grad_norm/layer_01` … for layers
counted from the inputs.

N training rows, M validation rows, L hidden layers, E epochs; y target, v prediction; W weights, z pre-activations.
"""

SECTIONS = (
    ("Which run it is", IDENTITY),
    ("Factors", FACTORS),
    ("One number a run", FINALS),
    ("Curves, one value an epoch, epoch 0 = at initialisation", CURVES),
)


def glossary() -> str:
    """The glossary as Markdown."""
    return HEAD + "".join(f"\n## {title}\n\n{_table(columns)}" for title, columns in SECTIONS)


def _table(columns: tuple[Column, ...]) -> str:
    rows = ["| name | unit | meaning | formula |", "|---|---|---|---|"]
    rows += [
        f"| `{column.name}` | {column.unit} | {column.meaning} | {_escape(column.formula)} |" for column in columns
    ]
    return "\n".join(row.replace("  ", " ") for row in rows) + "\n"


def _escape(formula: str) -> str:
    return formula.replace("|", "\\|")


if __name__ == "__main__":
    Path(__file__).with_name("glossary.md").write_text(glossary())
