"""What an interval of a mean over a method's splits is worth: how it is known to hold, and from how many groups."""

from dataclasses import dataclass

from nnjax.data.arrangement import Arrangement


@dataclass(frozen=True)
class KnownInterval:
    """What is known of intervals over the splits of a method.

    Attributes:
        words: Which interval is known to hold, how that is known, and its source; where none is, why.
        fewest: Groups from which on it is known to hold, as `Arrangement.worth` counts them; 0 where it always is.
        unknown: Where no interval is known to hold, what is said in place of a verdict; else empty.
    """

    words: str
    fewest: int = 0
    unknown: str = ""

    def doubt(self, method: str, arrangement: Arrangement | None) -> str:
        """Why nobody knows whether intervals over a table's splits hold; empty where they are known to.

        >>> FOR_FOLDS.doubt("repeated_k_fold", None), ALONG_TIME.doubt("time_series", None)
        ('', 'no interval is known to hold for test blocks along time')
        """
        if self.unknown or not self.fewest or arrangement is None or round(arrangement.worth) >= self.fewest:
            return self.unknown
        what = f"the {arrangement.count:,} here are worth {arrangement.worth:.1f}"
        return f"intervals of {method} are known to hold from {self.fewest} groups of equal size on, and {what}"


_RESAMPLED = "the corrected resampled t of Nadeau and Bengio (2003)"
_SIMULATED = (
    f"{_RESAMPLED}, with the mean number of test rows, and validation rows not counted among the training rows. Their "
    "formula is for rows that are drawn one by one; that this holds for whole groups is known by simulation (`nnjax "
    "calibrate`)"
)

FOR_FOLDS = KnownInterval(f"{_RESAMPLED}, for repeated k-fold as Bouckaert and Frank (2004) have it")
FOR_SHARES = KnownInterval(_RESAMPLED)
FOR_GROUPS = KnownInterval(
    f"{_SIMULATED}, from 15 groups of equal size on, or so many of unequal size as are worth 15: (Σ rows)² / Σ rows² "
    "(Kish 1965)",
    fewest=15,
)
FOR_EACH_GROUP = KnownInterval(f"{_SIMULATED}, and wider than need be")
ALONG_TIME = KnownInterval(
    "blocks differ in what changes with time, which is no luck of a split (Cerqueira, Torgo and Mozetič 2020 compare "
    "such estimates, and give no interval)",
    unknown="no interval is known to hold for test blocks along time",
)
OF_MADE_FOLDS = KnownInterval(
    "nobody knows how the folds were made, and of k folds alone no variance can be estimated without bias (Bengio and "
    "Grandvalet 2004)",
    unknown="no interval is known to hold for folds that somebody made",
)
