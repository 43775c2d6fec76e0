"""The model card: what a model is, is worth and is not good for, as Markdown and as a page, from plain data."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nnjax.data.column import DATE_KIND, NUMBER_KIND, Column
from nnjax.model.blocks import CardSection, Document, as_html, as_markdown
from nnjax.model.card_columns import columns_section
from nnjax.model.card_inputs import inputs_section, leans_on_words
from nnjax.model.card_intervals import intervals_section
from nnjax.model.card_text import limits_section, made_section, short_section, use_section
from nnjax.model.card_worth import worth_section
from nnjax.model.dependence import Dependence
from nnjax.model.importance import Importance
from nnjax.report.figures.marks import ID_DIGITS
from nnjax.report.page import template
from nnjax.report.views import join_words


class Card(NamedTuple):
    """The same card twice.

    Attributes:
        markdown: The text of `card.md`.
        html: The page `card.html`: nothing to load, no scripts.
    """

    markdown: str
    html: str


def make_card(document: Document, importance: Importance | None = None, dependence: Sequence[Dependence] = ()) -> Card:
    """The card of a model, from what its `model.json` holds.

    Args:
        document: As `model.json`, and in it:

            - "question": the study's; "study_file": the text of it; "overrides": its changes on the command line
            - "data": {"name", "rows", "digest", "weights": name of the column of weights or "",
              "columns": [{"low": number or seconds or None, "high", "gaps": rows}, …], one a column: `seen_columns`}
            - "splits": {"words": the scheme, "splits", "seeds": of each split, "train", "validation", "test": rows,
              "doubt": why no interval is known to hold, or ""}
            - "choice": {"rule", "candidates", "tied"}: as `ChosenCell`
            - "best_epochs": {"runs": of the cell, "low", "high"}, whose median "epochs" is
            - "scores": {"measure": name of the judged one, "level": 0.95, "floor": the lowest that counts, also for
              diverged runs, "promise": score, "out_of_fold": score, "baselines": [{"name", …score, "gain": score of the
              promise minus it, paired}, …]}, where a score is {"estimate", "low": None without an interval, "high",
              "splits", "cut": of them, those with a score at the floor}; scores are better higher
            - "intervals", unless null: besides "level", "units" and "proven" (None: nothing is) what `measured_parts`
              has
            - "retrained": {"runs": that finished, "planned": all of the cell, "largest_difference": of their numbers
              from the sweep's, None where one is missing}
            - "commands": {"fit", "predict", "serve", "standalone"}, each what is typed
            - "versions": {name: version}
        importance: Which columns matter; None where nobody looked.
        dependence: Partial dependence of some columns, the first one first.
    """
    sections = _sections(document, importance, dependence)
    title = f"A model of {join_words(document['targets'])}"
    footer = f"Made by nnjax {document['nnjax']} as model {document['model_id'][:ID_DIGITS]}."
    page = template("card.html.j2", "nnjax.model")
    html = page.render(title=title, kicker=document["study"], sections=sections, footer=footer, sentence=as_html)
    return Card(as_markdown(title, sections, footer), html)


def seen_columns(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """What a table holds of each column, for `document["data"]["columns"]`: ends of numbers and dates, and gaps."""
    told = []
    for column in columns:
        known = column.values[~np.isnan(column.values)]
        has_ends = len(known) and column.kind in (NUMBER_KIND, DATE_KIND)
        ends = (float(known.min()), float(known.max())) if has_ends else (None, None)
        told.append({"low": ends[0], "high": ends[1], "gaps": column.gaps})
    return told


def _sections(
    document: Document, importance: Importance | None, dependence: Sequence[Dependence]
) -> tuple[CardSection, ...]:
    leans_on = "" if importance is None else leans_on_words(importance)
    inputs = [] if importance is None else [inputs_section(document, importance, dependence)]
    return (
        short_section(document, leans_on),
        columns_section(document),
        worth_section(document),
        intervals_section(document),
        *inputs,
        limits_section(document),
        use_section(document),
        made_section(document),
    )
