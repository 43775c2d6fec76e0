"""What a study's claims can come to, told before anything is trained: whether they can fail, and what they can find."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnjax.claims.declared import claim_level
from nnjax.claims.kept_forecasts import Findable, kept_forecasts
from nnjax.claims.logbook import looks_at_most
from nnjax.claims.metric import on_scale
from nnjax.claims.rounds import study_logbook
from nnjax.claims.settled import Range, compared_range, metric_range, why_settled
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.statistics.power import detectable_difference, half_width
from nnjax.sweep.buckets import largest_sizes, make_bucket
from nnjax.sweep.declarations import Declarations, declarations
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Cell, Space, arm_cells
from nnjax.sweep.study.study import Claim

ASSUMED_SPREADS = (0.01, 0.03, 0.08)
"""Standard deviations of a paired difference over splits where nothing is known: in R² on the diabetes data those of
two well-regularised models, of most networks, of networks that over-fit or stop early."""


@dataclass(frozen=True)
class Forecast:
    """What a claim can come to.

    Attributes:
        claim: The claim.
        settled: Why no training can turn it; empty where one can.
        findable: What can be found of it.
        largest: The largest difference that there can be.
    """

    claim: Claim
    settled: str
    findable: Findable
    largest: float

    @property
    def is_hopeless(self) -> bool:
        """Whether these replicates cannot decide it, even at the smallest spread."""
        return self.findable.found[0] > self.largest

    @property
    def is_too_coarse(self) -> bool:
        """Whether its margin is too small for these replicates, even at the smallest spread."""
        if self.claim.kind == "exceeds":
            return False
        needed = self.findable.half_widths if self.claim.kind == "same" else self.findable.found
        return needed[0] > self.claim.margin

    @property
    def lines(self) -> list[str]:
        """What the plan says of the claim."""
        if self.settled:
            return [self.settled]
        spreads, is_assumed, found, _ = self.findable
        if not any(spreads):
            return ["a constant: the same in every split of the journal, so more training decides nothing"]
        what = "distance from its threshold" if self.claim.kind == "exceeds" else "difference"
        differences, at = (", ".join(f"{number:.2g}" for number in numbers) for numbers in (found, spreads))
        source = "assumed" if is_assumed else "that of the journal's runs"
        size = f"{differences}, for a spread between splits of {at} ({source})"
        return [f"smallest {what} that it finds: {size}", *self._warning()]

    def _warning(self) -> list[str]:
        """What these replicates cannot tell."""
        margin = f"{self.claim.margin:.3g}"
        if self.is_hopeless:
            return [f"cannot be decided with these replicates: no such difference is larger than {self.largest:.3g}"]
        if not self.is_too_coarse:
            return []
        if self.claim.kind == "same":
            width = f"{self.findable.half_widths[0]:.2g}"
            return [f"cannot be supported with these replicates: interval ± {width} or wider, margin {margin}"]
        return [f"cannot be decided at its margin with these replicates: a difference of {margin} is not found"]


@dataclass(frozen=True)
class Foretold:
    """What the claims of a study can come to, those that join others aside, and how they stand to the training."""

    forecasts: tuple[Forecast, ...]
    declared: Declarations
    doubt: str = ""
    """Why none of them gets a verdict; empty where each may."""

    @property
    def words(self) -> str:
        """The claims of a plan, in lines; empty without any."""
        declared = self.declared
        if not declared.claims:
            return ""
        gone = f", {declared.withdrawn_intervals} of them withdrawn" if declared.withdrawn_intervals else ""
        sharing = "1 has all of" if declared.sharing == 1 else f"{declared.sharing} share"
        head = f"claims      {sharing} the 5 %{gone}; differences are found with a probability of 80 %"
        if self.doubt:
            names = ", ".join(declared.claims)
            return f"claims      exploratory, none gets a verdict: {names}"
        labels = {name: claim.standing.label for name, claim in declared.claims.items()}
        lines = []
        for each in self.forecasts:
            label = labels[each.claim.name]
            lines += [f"  {each.claim.name}{f' ({label})' if label else ''}", *(f"      {line}" for line in each.lines)]
        return "\n".join([head, *lines])


def foretell(space: Space, home: Path, has_runs: bool) -> Foretold:
    """What the claims of a study can come to.

    Spreads are asked of the journal where it has runs of the study.

    Raises:
        ClaimLockError: If nobody knows what its claims were when its training began.
        LogbookError: If nobody knows how often its claims were looked at.
    """
    declared = declarations(space, home)
    level = claim_level(space.study.claims, looks_at_most(study_logbook(space, home)), declared.withdrawn_intervals)

    def compute() -> dict[str, Findable]:
        return find_all(space, level, _spreads(space, home, level) if has_runs else {})

    findable = kept_forecasts(space, home, level, compute) if has_runs else compute()
    return Foretold(forecast_claims(space, findable), declared, space.doubt)


def _spreads(space: Space, home: Path, level: float) -> Mapping[str, float]:
    from nnjax.claims.spread import claim_spreads  # here: pandas takes a plan a second

    return claim_spreads(space, Journal(home), level)


def find_all(space: Space, level: float, seen: Mapping[str, float]) -> dict[str, Findable]:
    """Name of each claim, but for those that join others -> what can be found of it, all intervals having one level.

    `seen`: name of each claim of which runs are there -> standard deviation over their splits.
    """
    return {claim.name: _find(space, level, seen.get(claim.name)) for claim in _asked(space)}


def _asked(space: Space) -> Iterator[Claim]:
    return (claim for claim in space.study.claims if not claim.is_compound)


def _find(space: Space, level: float, seen: float | None) -> Findable:
    splits, (n_train, n_test) = len(space.splits), space.correction_rows
    spreads = ASSUMED_SPREADS if seen is None else (seen,)
    return Findable(
        spreads,
        seen is None,
        found=tuple(detectable_difference(spread, splits, n_train, n_test, level) for spread in spreads),
        half_widths=tuple(half_width(spread, splits, n_train, n_test, level) for spread in spreads),
    )


def forecast_claims(space: Space, findable: Mapping[str, Findable]) -> tuple[Forecast, ...]:
    """What each claim of a study can come to, but for those that join others; see `find_all`."""
    return tuple(_forecast(claim, space, findable[claim.name]) for claim in _asked(space))


def _forecast(claim: Claim, space: Space, findable: Findable) -> Forecast:
    cells = {cell.cell_id: cell for cell in space.cells}
    arms = arm_cells(claim, space.cells)
    ranges = [_arm_range(claim.metric, [cells[cell_id] for cell_id in arm], space) for arm in arms]
    compared = compared_range(claim.metric, ranges, len(arms) == 2 and arms[0] == arms[1])
    threshold = 0.0 if claim.threshold is None else on_scale(claim.threshold, claim.metric)
    largest = max(abs(end - threshold) for end in compared)
    return Forecast(claim, why_settled(claim, compared), findable, largest)


def _arm_range(metric: str, cells: Sequence[Cell], space: Space) -> Range:
    """What a metric can be in an arm, whichever of its cells is chosen."""
    configurations = [cell.configuration for cell in cells]
    epochs = [configuration.epochs for configuration in configurations]
    if metric == "n_parameters":
        sizes = largest_sizes(space.splits)
        buckets = [make_bucket(configuration, space.table, sizes) for configuration in configurations]
        counts = [float(bucket.architecture.parameter_count) for bucket in buckets]
        return min(counts), max(counts)
    low, high = metric_range(metric, epochs)
    if metric == "function_evaluations" and all(each.optimizer != "lbfgs" for each in configurations):
        return low, metric_range(EPOCHS_TO_TARGET, epochs)[1]  # one a pass: log₂ of the epochs
    return low, high
