"""Which of the runs in a store are a sweep's own: known by the study's name and the runs' hashes, never by wording.

A build before this one named a sweep by all that its study said, so a changed word made another sweep of the same runs.
Such a sweep is recognised by what it planned and goes on; where there are several of them, one goes on, and the others
are twins. Tags that a person has changed are read around: params, which nobody can change, say what a run is.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import pandas as pd

from nnjax.tracking import names
from nnjax.tracking.description import SweepDescription
from nnjax.tracking.layout import plan_params
from nnjax.tracking.ledger import Entry, Ledger

_HASH = re.compile(r"[0-9a-f]{64}")

Group = tuple[str, str]
"""Experiment, and what a run says its sweep is called there."""

ReplicateKey = tuple[str, str, str]
"""Cell, split and seed of a single run, as its tag and params have them."""


@dataclass(frozen=True)
class RecognisedPlan:
    """What a sweep asks for, as far as it is recognised by that."""

    key: str
    """Its identity, see `names.plan_id`."""
    former: str
    """What earlier builds called it, as long as no word of the study has changed."""
    params: Mapping[str, str]
    """Params that a sweep of this plan has."""
    run_ids: Set[str]
    """The runs that it asks for."""
    replicates: Mapping[ReplicateKey, str]
    """The same runs by another way of naming them, for one whose tag was lost."""


def plan_of(description: SweepDescription, results: pd.DataFrame) -> RecognisedPlan:
    """The plan of a sweep."""
    columns = (results[key].tolist() for key in ("cell_id", "split", "seed", "run_id"))
    return RecognisedPlan(
        key=description.sweep_id,
        former=description.former_id,
        params=plan_params(description, results),
        run_ids=frozenset(results["run_id"]),
        replicates={
            (str(cell), names.param_text(split), names.param_text(seed)): str(run_id)
            for cell, split, seed, run_id in zip(*columns, strict=True)
        },
    )


def recognise(entries: Sequence[Entry], plan: RecognisedPlan, experiment_ids: Sequence[str]) -> Ledger:
    """A sweep's own among all runs of a study's experiments, the first of which is preferred where there are several.

    Without a sweep of this plan, the ledger has those of its single runs that are there already.
    """
    return _Recognition(entries, plan, experiment_ids).ledger()


def group_of(entry: Entry) -> Group:
    """What a run says it belongs to."""
    return entry.experiment_id, entry.tags.get(names.SWEEP, "")


class _Recognition:
    """What is ours among a store's runs, whose child each is, and what it says it belongs to."""

    def __init__(self, entries: Sequence[Entry], plan: RecognisedPlan, experiment_ids: Sequence[str]) -> None:
        self.plan = plan
        self.experiment_ids = experiment_ids
        self.ours = [(entry, kind) for entry in entries if (kind := entry.kind)]
        self.children: dict[str, list[Entry]] = {}
        self.told: dict[Group, set[str]] = {}
        for entry, kind in self.ours:
            self.children.setdefault(entry.tags.get(names.PARENT, ""), []).append(entry)
            if kind == "run":
                self.told.setdefault(group_of(entry), set()).add(entry.tags.get(names.RUN, ""))

    def ledger(self) -> Ledger:
        """Of several runs with one identity the best counts; the others are doubles if they are of this plan."""
        sweeps = [entry for entry, kind in self.ours if kind == "sweep" and self.is_of_the_plan(entry)]
        chosen = min(sweeps, key=self.sweep_rank, default=None)
        ledger = Ledger(
            sweep_id=self.name_of(chosen),
            experiment_id=chosen.experiment_id if chosen else next(iter(self.experiment_ids), ""),
        )
        own = (ledger.experiment_id, ledger.sweep_id)
        groups = {group_of(sweep) for sweep in sweeps} | {own}
        candidates: dict[str, list[Entry]] = {}
        for entry, kind in self.ours:
            is_of_group = group_of(entry) in groups or bool(chosen and entry.tags.get(names.PARENT) == chosen.run_id)
            identity = self.identity(entry, kind, is_of_group, ledger.sweep_id)
            if identity is None:
                if kind == "run" and group_of(entry) == own and not entry.is_deleted:
                    ledger.strangers.append(entry)
            elif entry.experiment_id == ledger.experiment_id or is_of_group:
                candidates.setdefault(identity, []).append(entry)
        for identity, found in candidates.items():
            found.sort(key=lambda entry: (entry is not chosen, *_rank(entry, own)))
            if found[0].experiment_id == ledger.experiment_id:
                ledger.entries[identity] = found.pop(0)
            ledger.doubles += [entry for entry in found if group_of(entry) in groups and not entry.is_deleted]
        return ledger

    def is_of_the_plan(self, sweep: Entry) -> bool:
        """Whether a sweep planned these very runs."""
        key = sweep.tags.get(names.PLAN, "")
        if _HASH.fullmatch(key):
            return key == self.plan.key
        if sweep.tags.get(names.SWEEP) in (self.plan.key, self.plan.former):
            return True
        told = self.told.get(group_of(sweep), set())
        has_planned_as_many = all(sweep.params.get(key) == text for key, text in self.plan.params.items())
        return bool(told) and told <= self.plan.run_ids and has_planned_as_many

    def sweep_rank(self, sweep: Entry) -> tuple[bool, bool, int, bool, bool]:
        """The sweep that goes on is the least."""
        return (
            sweep.is_deleted,
            sweep.tags.get(names.PLAN) != self.plan.key,
            self.experiment_ids.index(sweep.experiment_id),
            sweep.tags.get(names.SWEEP) not in (self.plan.key, self.plan.former),
            not sweep.is_done,
        )

    def name_of(self, sweep: Entry | None) -> str:
        """What the store calls the sweep: as most runs below it say, for one tag may have been changed."""
        if sweep is None:
            used = {sweep_id for _, sweep_id in self.told}
            return self.plan.former if self.plan.former in used - {self.plan.key} else self.plan.key
        cells = self.children.get(sweep.run_id, [])
        below = [*cells, *(run for cell in cells for run in self.children.get(cell.run_id, ()))] or [sweep]
        return Counter(entry.tags.get(names.SWEEP, "") for entry in below).most_common(1)[0][0] or self.plan.key

    def identity(self, entry: Entry, kind: str, is_of_group: bool, sweep_id: str) -> str | None:
        """What a run is of this sweep; None if it is none of its own."""
        if kind == "sweep":
            return f"sweep {sweep_id}" if self.is_of_the_plan(entry) else None
        if kind == "run":
            run_id = self.run_id_of(entry)
            return f"run {run_id}" if run_id in self.plan.run_ids else None
        return f"cell {self.cell_id_of(entry)}" if is_of_group else None

    def run_id_of(self, entry: Entry) -> str | None:
        """The hash of a single run, by its place in the study where the tag is lost."""
        run_id = entry.tags.get(names.RUN, "")
        if _HASH.fullmatch(run_id):
            return run_id
        params = entry.params
        place = (entry.tags.get(names.CELL, ""), params.get("split", ""), params.get("seed", ""))
        return self.plan.replicates.get(place)

    def cell_id_of(self, entry: Entry) -> str:
        """The hash of a cell, by what its runs say where the tag is lost."""
        cell_id = entry.tags.get(names.CELL, "")
        if _HASH.fullmatch(cell_id):
            return cell_id
        said = Counter(child.tags.get(names.CELL, "") for child in self.children.get(entry.run_id, ()))
        return said.most_common(1)[0][0] if said else cell_id


def _rank(entry: Entry, own: Group) -> tuple[bool, bool, bool, bool]:
    """Of twins the least counts."""
    return (entry.experiment_id != own[0], entry.is_deleted, not entry.is_done, group_of(entry) != own)
