"""Checks of the grid of a study: how its levels combine, and that each cell is a training of its own."""

from collections.abc import Iterator, Sequence

from nnjax.data.encoding import output_width
from nnjax.data.preparation import prepared_width
from nnjax.network.architecture import Architecture
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.study.checks import Draft
from nnjax.sweep.study.errors import Fault, did_you_mean, show_value
from nnjax.sweep.study.grid import Levels, grid_size, layer_sizes, resolve

MOST_RUNS = 1_000_000
MOST_PARAMETERS = 20_000_000
"""Of one network: with gradient and Adam's moments 320 MB a run, and a chunk has four runs or more."""


def check_zip(draft: Draft) -> Iterator[Fault]:
    """Factors that vary together are varied, stand in one group, and have equally many levels."""
    factors, seen = draft.factors, set[str]()
    for place, group in enumerate(draft.file.grid.zip):
        key, value = f"grid.zip[{place}]", show_value(group)
        unknown = [name for name in group if name not in factors]
        if unknown:
            problem = f"{show_value(unknown[0])} is not a studied or nuisance factor"
            yield Fault(key, value, problem, did_you_mean(unknown[0], factors) if factors else "remove the group")
        elif len(group) < 2:
            yield Fault(key, value, "one factor alone cannot vary together", "name at least two factors")
        elif len(set(group)) < len(group) or seen & set(group):
            yield Fault(key, value, "a factor stands twice", "a factor can be in one group only")
        elif len({len(factors[name]) for name in group}) > 1:
            counts = ", ".join(f"{name} has {len(factors[name])}" for name in group)
            yield Fault(key, value, f"unequal numbers of levels: {counts}", "give each the same number of levels")
        seen |= set(group)


def check_exclude(draft: Draft) -> Iterator[Fault]:
    """Excluded combinations name levels that the study has."""
    for place, combination in enumerate(draft.file.grid.exclude):
        key = f"grid.exclude[{place}]"
        if not combination:
            yield Fault(key, "{}", "an empty combination excludes everything", "name at least one level, or remove it")
        for factor, level in combination.items():
            if factor not in draft.factors:
                problem = f"{factor} is not a studied or nuisance factor"
                remedy = did_you_mean(factor, draft.factors) if draft.factors else "remove it"
                yield Fault(f"{key}.{factor}", show_value(level), problem, remedy)
            elif level not in draft.factors[factor]:
                remedy = f"levels of {factor}: {show_value(draft.factors[factor])}"
                yield Fault(f"{key}.{factor}", show_value(level), "not a level of the study", remedy)


def check_size(draft: Draft) -> Iterator[Fault]:
    """The grid is neither absurdly large nor empty."""
    replicates = draft.replicates
    repeated = replicates.splits * replicates.seeds_per_split
    cells = grid_size(draft.factors, draft.file.grid.zip)
    if cells * repeated > MOST_RUNS:
        problem = f"{cells:,} cells × {repeated:,} replicates are {cells * repeated:,} runs"
        yield Fault("grid", "", problem, f"at most {MOST_RUNS:,}: remove levels, splits or seeds")
    elif not draft.cells:
        value = show_value(draft.file.grid.exclude)
        yield Fault("grid.exclude", value, "no cell is left", "exclude fewer combinations")


def check_cells(draft: Draft) -> Iterator[Fault]:
    """No two cells are the same training, and no network is absurdly large."""
    n_train, task = draft.sizes.train, draft.table.task
    first: dict[str, Levels] = {}
    shapes: set[tuple[int, ...]] = set()
    for levels in draft.cells:
        shapes.add(layer_sizes({**draft.fixed, **levels}))
        same = first.setdefault(canonical_json(resolve(levels, draft.fixed, n_train, task)), levels)
        if same is not levels:
            factor = next(name for name in levels if levels[name] != same[name])
            problem = f"{show_value(same[factor])} and {show_value(levels[factor])} are the same training in some cells"
            remedy = f"remove one, or {_exclusion(draft, levels, factor)}"
            yield Fault(draft.where(factor), show_value(draft.factors[factor]), problem, remedy)
            return
    widths = [prepared_width(draft.table, preparation, n_train) for preparation in draft.preparations]
    ends = max(widths), output_width(draft.table, "softmax")
    counts = {shape: Architecture((ends[0], *shape, ends[1])).parameter_count for shape in shapes}
    largest, count = max(counts.items(), key=lambda item: item[1])
    if count > MOST_PARAMETERS:
        factor = "hidden_layer_sizes" if "hidden_layer_sizes" in {**draft.fixed, **draft.factors} else "width"
        remedy = f"at most {MOST_PARAMETERS:,} fit: use narrower or fewer layers"
        yield Fault(draft.where(factor), show_value(max(largest)), f"a network of {count:,} weights and biases", remedy)


def _exclusion(draft: Draft, levels: Levels, factor: str) -> str:
    """What to write so that a factor has one level where it means nothing, if that is where one other has its level."""
    whole = tuple(draft.cells)
    if _means_nothing(draft, whole, factor):
        return "exclude those cells"
    for other, level in levels.items():
        if other != factor and _means_nothing(draft, [cell for cell in whole if cell[other] == level], factor):
            left_out = [
                f"{{{factor} = {show_value(each)}, {other} = {show_value(level)}}}"
                for each in draft.factors[factor][1:]
            ]
            return f"under [grid] write exclude = [{', '.join(left_out)}]".replace("'", '"')
    return "exclude those cells"


def _means_nothing(draft: Draft, cells: Sequence[Levels], factor: str) -> bool:
    """Whether all of its levels are the same training, whatever the others are."""
    trainings: dict[str, set[str]] = {}
    for cell in cells:
        others = canonical_json({name: level for name, level in cell.items() if name != factor})
        training = canonical_json(resolve(cell, draft.fixed, draft.sizes.train, draft.table.task))
        trainings.setdefault(others, set()).add(training)
    return all(len(each) == 1 for each in trainings.values())
