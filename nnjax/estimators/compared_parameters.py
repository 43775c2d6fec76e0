"""The parameters that a finished search varied, each with its values side by side."""

import pandas as pd

from nnjax.claims.answer import Sizes
from nnjax.estimators.finished import FinishedSearch
from nnjax.estimators.varied import (
    compare_values,
    score_table,
    value_intervals,
    varied_parameters,
)


class ComparedParameters:
    """The varied parameters with what is known of their values.

    Attributes:
        varied: The parameters.
        table: Scores, a row a candidate and split.
        pairs: Each parameter with its values compared, or why they are not.
    """

    def __init__(self, finished: FinishedSearch) -> None:
        self.varied = varied_parameters(finished.params)
        self.table = score_table(finished.scores, self.varied)
        sizes = Sizes(*finished.splits.sizes, finished.splits.n_train, doubt=finished.splits.doubt)
        self.pairs = [(each, compare_values(self.table, each, self.varied, sizes)) for each in self.varied]

    @property
    def intervals(self) -> pd.DataFrame:
        """Every value that is compared."""
        tables = [value_intervals(each, found) for each, found in self.pairs if not isinstance(found, str)]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"parameter": [], "value": []})
