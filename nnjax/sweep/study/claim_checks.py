"""Checks of a study's claims: each is about cells that the study has, and can be answered."""

from collections.abc import Iterator

from nnjax.metrics import EPOCHS_TO_TARGET, METRICS, judged
from nnjax.sweep.study.checks import Draft
from nnjax.sweep.study.errors import Fault, show_value
from nnjax.sweep.study.grid import has_levels, layer_sizes
from nnjax.sweep.study.tables import Claim

DECIDES_CLAIMS = {"optimizer": "adam", "initializer": "auto", "l2": 0.0, "epochs": 200}
"""Settings that can turn a claim, and a level to write: nobody may leave them to defaults that might change.

Where the training stops is epochs, and which epoch is scored is in the metric's name.
"""

DECIDES_DECOUPLED = {"weight_decay": 0.01}
"""The same for studies with an optimiser that decays the weights by itself, beside the coupled penalty l2."""


def check_claims(draft: Draft) -> Iterator[Fault]:
    """Every claim by itself, and their names against each other; of each claim the first fault."""
    yield from _settings(draft)
    names = [claim.name for claim in draft.file.claims]
    for place, claim in enumerate(draft.file.claims):
        if claim.name in names[:place]:
            problem = "two claims have this name"
            yield Fault(f"claims[{place}].name", show_value(claim.name), problem, "give each its own")
            continue
        for check in (_compound,) if claim.is_compound else (_parts, _metric, _margin, _levels, _arms, _race):
            faults = list(check(draft, claim))
            yield from faults
            if faults:
                break


def _settings(draft: Draft) -> Iterator[Fault]:
    """What can turn a claim is written down, in whatever role."""
    written = {*draft.file.fixed, *draft.factors}
    optimizers = draft.factors.get("optimizer") or (draft.fixed.get("optimizer"),)
    decides = DECIDES_CLAIMS | (DECIDES_DECOUPLED if "adamw" in optimizers else {})
    for factor, level in decides.items() if draft.file.claims else ():
        if factor not in written:
            problem = "missing: a claim has no truth value while it is open"
            remedy = (
                f"write for example {factor} = {show_value(level)} under [fixed], or list its levels under [studied] "
                "or [nuisance]"
            )
            yield Fault(f"fixed.{factor}", "", problem, remedy)


def _compound(draft: Draft, claim: Claim) -> Iterator[Fault]:
    """A compound claim names other claims and has nothing else."""
    key = f"claims.{claim.name}"
    known = {other.name: other for other in draft.file.claims if other.name != claim.name}
    for own in ("a", "b", "at", "metric", "margin", "threshold"):
        if own in claim.model_fields_set:
            problem = 'kind = "all" has none: its parts have theirs'
            yield Fault(f"{key}.{own}", show_value(getattr(claim, own)), problem, f"remove {own}")
    if not claim.parts:
        simple = [name for name, other in known.items() if not other.is_compound]
        remedy = f"write parts = {show_value(simple[:2])}" if simple else "declare the claims that it joins"
        yield Fault(f"{key}.parts", "", "missing", f'kind = "all" joins other claims: {remedy}')
    for place, part in enumerate(claim.parts):
        where, value = f"{key}.parts[{place}]", show_value(part)
        if part not in known:
            yield Fault(where, value, "no other claim has this name", f"claims: {', '.join(known) or 'none'}")
        elif known[part].is_compound:
            yield Fault(where, value, 'is of kind "all" itself', "name its parts instead")
        elif part in claim.parts[:place]:
            yield Fault(where, value, "stands there twice", "remove one of the two")


def _parts(draft: Draft, claim: Claim) -> Iterator[Fault]:
    """The kind decides which parts a claim has."""
    key = f"claims.{claim.name}"
    if claim.parts:
        remedy = 'remove it, or write kind = "all"'
        yield Fault(f"{key}.parts", show_value(claim.parts), f'kind = "{claim.kind}" has none', remedy)
    if claim.kind == "exceeds":
        if claim.threshold is None:
            yield Fault(f"{key}.threshold", "", "missing", 'kind = "exceeds" needs a number: write threshold = 0.3')
        if claim.b is not None:
            yield Fault(f"{key}.b", show_value(claim.b), 'kind = "exceeds" has one arm', "remove b")
    else:
        if claim.b is None:
            yield Fault(f"{key}.b", "", "missing", f'kind = "{claim.kind}" compares a with b: {_write_b(draft, claim)}')
        elif claim.arms["a"] == claim.arms["b"]:
            yield Fault(f"{key}.b", show_value(claim.b), "a and b are the same", "give them different levels")
        if claim.threshold is not None:
            remedy = 'remove it, or write kind = "exceeds"'
            yield Fault(f"{key}.threshold", show_value(claim.threshold), f'kind = "{claim.kind}" has none', remedy)


def _write_b(draft: Draft, claim: Claim) -> str:
    """Another level of a factor that the first arm has."""
    for factor, level in claim.a.items():
        other = next((each for each in draft.factors.get(factor, ()) if each != level), None)
        if other is not None:
            return f"write b = {{{factor} = {show_value(other)}}}"
    return "write its levels"


def _metric(draft: Draft, claim: Claim) -> Iterator[Fault]:
    """The data set's task has the metric, and so has some loss of the study, where it belongs to one."""
    task = draft.table.task
    if METRICS[claim.metric].task not in ("", task):
        suited = judged("test", task)
        problem = f"{draft.file.data.title} is for {task}, which has no {claim.metric}"
        remedy = f"write for example metric = {show_value(suited)}"
        yield Fault(f"claims.{claim.name}.metric", show_value(claim.metric), problem, remedy)
        return
    loss, losses = METRICS[claim.metric].loss, {{**draft.fixed, **cell}["loss"] for cell in draft.cells}
    is_judged = claim.metric.removeprefix("last_") == f"test_{draft.file.metric}"
    if loss and not is_judged and loss not in losses:
        problem = f"measured only in studies that train a cell by the loss {loss}"
        remedy = f'write loss = {show_value(loss)} under [fixed] or among levels of loss, or metric = "test_mae"'
        yield Fault(f"claims.{claim.name}.metric", show_value(claim.metric), problem, remedy)


def _margin(draft: Draft, claim: Claim) -> Iterator[Fault]:
    if claim.kind != "exceeds" and claim.margin <= 0:
        if "margin" in claim.model_fields_set:
            problem, value = "not above 0", show_value(claim.margin)
        else:
            problem, value = f"missing, and {claim.metric} has no usual one", ""
        remedy = "write the smallest difference that matters, such as margin = 0.02"
        yield Fault(f"claims.{claim.name}.margin", value, problem, remedy)


def _levels(draft: Draft, claim: Claim) -> Iterator[Fault]:
    """The levels exist, and none is given both to an arm and to both arms."""
    for part, levels in (("a", claim.a), ("b", claim.b or {}), ("at", claim.at)):
        for factor, level in levels.items():
            key = f"claims.{claim.name}.{part}.{factor}"
            known = draft.factors.get(factor) or ((draft.fixed[factor],) if factor in draft.fixed else ())
            if not known:
                remedy = "the layers of this study are given by other factors: use those"
                yield Fault(key, show_value(level), "the study has no such factor", remedy)
            elif level not in known:
                remedy = f"levels of {factor}: {show_value(known)}"
                yield Fault(key, show_value(level), "not a level of the study", remedy)
            elif part != "at" and factor in claim.at:
                yield Fault(key, show_value(level), "stands in at as well", "remove it from one of the two")


def _arms(draft: Draft, claim: Claim) -> Iterator[Fault]:
    """Each arm pins every studied factor, has a cell, and has the metric."""
    varied = [factor for factor, levels in draft.file.studied.items() if len(levels) > 1]
    for arm, pinned in claim.arms.items():
        key, value = f"claims.{claim.name}.{arm}", show_value(claim.a if arm == "a" else claim.b)
        unpinned = [factor for factor in varied if factor not in pinned]
        wanted = {factor: level for factor, level in pinned.items() if factor in draft.factors}
        shapes = {len(layer_sizes({**draft.fixed, **cell})) for cell in draft.cells if has_levels(cell, wanted)}
        if unpinned:
            problem = f"leaves the studied factor {unpinned[0]} open"
            yield Fault(key, value, problem, f"add {unpinned[0]} = {_some_level(draft, unpinned[0])} there or in at")
        elif not shapes:
            yield Fault(key, value, "the grid has no such cell", "look at grid.zip and grid.exclude")
        elif claim.metric.startswith("grad_") and 1 in shapes:
            problem = f"{claim.metric} does not exist for one hidden layer"
            yield Fault(key, value, problem, "compare networks of depth 2 or more")


def _race(draft: Draft, claim: Claim) -> Iterator[Fault]:
    """Epochs to a target are counted on one scale: R² of an epoch is that of the target as it is trained."""
    scales = dict.fromkeys(
        {**draft.fixed, **cell}["target_scale"]
        for pinned in claim.arms.values()
        for cell in draft.cells
        if has_levels(cell, {factor: level for factor, level in pinned.items() if factor in draft.factors})
    )
    if claim.metric == EPOCHS_TO_TARGET and len(scales) > 1:
        problem = f"R² of an epoch is of the target as it is trained, here on several scales: {show_value((*scales,))}"
        remedy = f"write metric = {show_value(judged('test', draft.table.task))}, or pin target_scale in at"
        yield Fault(f"claims.{claim.name}.metric", show_value(claim.metric), problem, remedy)


def _some_level(draft: Draft, factor: str) -> str:
    level = draft.factors[factor][0]
    return f'"{level}"' if isinstance(level, str) else show_value(level)
