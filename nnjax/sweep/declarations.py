"""How a study's claims stand to their training: locked before it, declared after it, withdrawn, or not recorded."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path

from nnjax.kernels.names import XLA
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.sweep.claim_lock import (
    ClaimLock,
    ClaimLockError,
    LockedClaim,
    Standing,
    lock_path,
    other_locks,
    read_lock,
    save_lock,
)
from nnjax.sweep.durable import one_at_a_time
from nnjax.sweep.identity import content_hash
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Cell, Space, arm_cells, make_cells, run_ids
from nnjax.sweep.study.factors import KERNELS
from nnjax.sweep.study.study import Claim

ALL_OF = {1: "the claim", 2: "both claims"}


@dataclass(frozen=True)
class Declarations:
    """A study's claims beside what is known of their declaration.

    Attributes:
        claims: Name of each claim of the study -> how it stands.
        withdrawn: Claims that were locked for runs of this study, and that it does not declare any more.
    """

    claims: Mapping[str, LockedClaim]
    withdrawn: tuple[LockedClaim, ...] = ()

    @property
    def sharing(self) -> int:
        """Claims that share the 5 %: those that have an interval, the withdrawn ones among them."""
        return sum(claim.kind != "all" for claim in (*self.claims.values(), *self.withdrawn))

    @property
    def words(self) -> str:
        """What a reader of the verdicts must know, in a sentence or two; empty without claims."""
        late, unknown = (self.named(standing) for standing in (Standing.AFTER, Standing.UNKNOWN))
        total = len(self.claims)
        parts = []
        if late:
            parts.append(
                f"Declared after training: {len(late)} of {total} claims ({', '.join(late)}); a claim that was written "
                "when its runs could be seen proves less."
            )
        if unknown:
            parts.append(f"Not recorded whether declared before training: {len(unknown)} of {total} claims.")
        if self.withdrawn:
            gone = ", ".join(f"{claim.name}, {claim.definition}" for claim in self.withdrawn)
            parts.append(f"Withdrawn after training, still counted for the level: {len(self.withdrawn)} ({gone}).")
        if total and not late and not unknown:
            parts.insert(0, f"Declared before training: {ALL_OF.get(total, f'all {total} claims')}.")
        return " ".join(parts)

    @property
    def withdrawn_intervals(self) -> int:
        """Withdrawn claims that count for the level."""
        return sum(claim.kind != "all" for claim in self.withdrawn)

    def named(self, standing: Standing) -> list[str]:
        """Names of the claims that stand so."""
        return [name for name, claim in self.claims.items() if claim.standing is standing]


def lock_claims(home: Path | str, *spaces: Space) -> None:
    """Lock the claims of studies, before the first of their runs is trained; what is locked stays as it is.

    Raises:
        ClaimLockError: If a study's lock cannot be read; those of the others are locked.
    """
    trained, problems = _Trained(home), list[ClaimLockError]()
    for space in spaces:
        path = lock_path(home, space.study.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(path):
            try:
                old = read_lock(path)
            except ClaimLockError as error:
                problems.append(error)
                continue
            new = _Register(space, home, old, trained).updated(time.time())
            if new != old:
                save_lock(home, new)
    if problems:
        raise problems[0]


def declarations(space: Space, home: Path | str) -> Declarations:
    """How the claims of a study stand; nothing is written.

    Raises:
        ClaimLockError: If the study's lock cannot be read.
    """
    old = read_lock(lock_path(home, space.study.name))
    register = _Register(space, home, old, _Trained(home))
    return register.told(register.updated(0.0))


def unrecorded(space: Space) -> Declarations:
    """The declarations of results that come from no journal."""
    return Declarations(_asked(space))


def cell_place(cell: Cell, space: Space) -> str:
    """A cell on a study's splits, whatever their number: a study with more of them starts with those of a smaller."""
    plan = space.study.split_plan
    parted = plan.test_share if space.table.arrangement is None else [plan.n_folds, plan.gap]
    return content_hash([cell.cell_id, plan.method, parted, plan.validation_share, plan.base_seed])


def study_cells(space: Space) -> tuple[Cell, ...]:
    """All cells of a study, as XLA trains them; a round that decides some claims has not all of them.

    What a claim asks does not depend on kernels: what was seen of some is seen of all.
    """
    return make_cells(space.study, space.table, len(space.splits[0].train))


def _asked(space: Space) -> dict[str, LockedClaim]:
    """What each claim asks, by its name, of whatever standing; one that joins others asks what they ask."""
    cells = study_cells(space)
    places = {cell.cell_id: cell_place(cell, space) for cell in cells}
    found: dict[str, LockedClaim] = {}
    for claim in sorted(space.study.claims, key=lambda each: each.is_compound):
        if claim.is_compound:
            parts = [found[name] for name in claim.parts]
            asked = content_hash(["all", sorted(part.asked for part in parts)])
            needed: list[Iterable[str]] = [part.places for part in parts]
        else:
            arms = [sorted(places[cell_id] for cell_id in arm) for arm in arm_cells(claim, cells)]
            asked, needed = _identity(claim, arms, space), [*arms]
        found[claim.name] = LockedClaim(
            **{name: getattr(claim, name) for name in ("name", "sentence", "kind", "metric", "threshold")},
            asked=asked,
            margin=float(claim.margin),
            places=tuple(sorted(set().union(*needed))),
            standing=Standing.UNKNOWN,
            study=space.study.name,
        )
    return {claim.name: found[claim.name] for claim in space.study.claims}


def _identity(claim: Claim, arms: list[list[str]], space: Space) -> str:
    is_timed, study, logging = claim.metric == EPOCHS_TO_TARGET, space.study, space.study.logging
    return content_hash(
        {
            "kind": claim.kind,
            "metric": claim.metric,
            "margin": None if claim.kind == "exceeds" else float(claim.margin),
            "threshold": None if claim.threshold is None else float(claim.threshold),
            "target": [float(logging.target_r2), float(logging.target_accuracy)] if is_timed else None,
            "arms": sorted(arms) if claim.kind == "same" else arms,
            **({"judged": [study.metric, study.decision_threshold]} if study.chosen_by else {}),
        }
    )


class _Trained:
    """Which runs a journal has, from which engines and kernels; read once, when first asked for."""

    def __init__(self, home: Path | str) -> None:
        self._home = home

    @cached_property
    def _there(self) -> dict[str, tuple[str | None, str]]:
        """Run id -> its engine and kernels."""
        rows = Journal(self._home).read(["engine", KERNELS]).to_pylist()
        return {row["run_id"]: (row["engine"], row[KERNELS] or XLA) for row in rows}

    @cached_property
    def _makers(self) -> set[tuple[str | None, str]]:
        engines, kernels = zip(*self._there.values(), strict=True) if self._there else ((), ())
        return {*product({None, *engines}, {XLA, *kernels})}

    def replicates(self, cell: Cell, space: Space) -> int:
        """Those of a cell's replicates that any engine has trained, by whatever kernels."""
        lists = (_run_ids(cell, space, *maker) for maker in self._makers)
        return sum(any(run_id in self._there for run_id in same) for same in zip(*lists, strict=True))


def _run_ids(cell: Cell, space: Space, engine: str | None, kernels: str) -> list[str]:
    made = replace(cell, configuration=replace(cell.configuration, kernels=kernels))
    return run_ids(made, space.replicates, space.table.digest, engine)


class _Register:
    """A study's claims beside its lock and those of other studies."""

    def __init__(self, space: Space, home: Path | str, old: ClaimLock | None, trained: _Trained) -> None:
        self._space, self._home, self._trained = space, home, trained
        self._asked = _asked(space)
        self._cells = {cell_place(cell, space): cell for cell in study_cells(space)}
        self._old = old

    def updated(self, now: float) -> ClaimLock:
        """The lock with what the study declares now; `now` is in Unix seconds."""
        identities = {each.asked for each in self._asked.values()}
        if self._old and self._is_settled(self._old, identities):
            return self._old
        counts = {place: self._trained.replicates(cell, self._space) for place, cell in self._cells.items()}
        others = tuple(other_locks(self._home, self._space.study.name))
        base = self._old or self._continued(others, counts, identities)
        elsewhere = (claim for lock in others for claim in lock.claims)
        known = {claim.asked: claim for claim in sorted(elsewhere, key=lambda each: -each.locked)}
        known |= {claim.asked: claim for claim in base.claims}
        recorded = frozenset().union(base.recorded, *(lock.recorded for lock in others))
        declared = {
            each.asked: known.get(each.asked) or self._fresh(each, base, recorded, counts)
            for each in self._asked.values()
        }
        kept = {claim.asked: claim for claim in base.claims if self._counts(claim, identities, counts)}
        return ClaimLock(
            self._space.study.name,
            _dated({**kept, **declared}, now, self._cells),
            base.recorded | {place for place, count in counts.items() if not count or place in recorded},
            base.older | {place for place, count in counts.items() if count and place not in recorded},
        )

    def told(self, lock: ClaimLock) -> Declarations:
        """What a lock says of the study."""
        known = {claim.asked: claim for claim in lock.claims}
        here = {name: each.asked for name, each in self._asked.items()}
        withdrawn = (claim for claim in lock.claims if claim.asked not in here.values())
        return Declarations(
            {name: known[identity] for name, identity in here.items()},
            tuple(claim for claim in withdrawn if not self._cells.keys().isdisjoint(claim.places)),
        )

    def _is_settled(self, lock: ClaimLock, identities: set[str]) -> bool:
        """Whether a lock has all of the study, and nothing that may have to be forgotten."""
        locked = {claim.asked for claim in lock.claims}
        stale = any(self._cells.keys() & set(claim.places) for claim in lock.claims if claim.asked not in identities)
        return identities <= locked and not stale and self._cells.keys() <= lock.recorded | lock.older

    def _continued(self, others: Sequence[ClaimLock], counts: Mapping[str, int], identities: set[str]) -> ClaimLock:
        """What a study without a lock starts from: that of the study whose trained claims it goes on with.

        A study that was renamed is this one, and a copy that leaves claims out has seen the same runs.
        """
        for lock in others:
            if any(claim.asked in identities and self._is_trained(claim, counts) for claim in lock.claims):
                claims = tuple(claim for claim in lock.claims if not self._cells.keys().isdisjoint(claim.places))
                here = frozenset(self._cells)
                return ClaimLock(self._space.study.name, claims, lock.recorded & here, lock.older & here)
        return ClaimLock(self._space.study.name)

    def _fresh(
        self, claim: LockedClaim, base: ClaimLock, recorded: frozenset[str], counts: Mapping[str, int]
    ) -> LockedClaim:
        """A claim that no lock knows, judged by what is trained."""
        trained = {place for place in claim.places if counts[place]}
        total = sum(counts[place] for place in claim.places)
        needed = len(claim.places) * len(self._space.replicates)
        if not trained:
            standing = Standing.BEFORE
        elif trained & (base.recorded | base.older):
            standing = Standing.AFTER  # of this very study, which did not declare it then
        elif trained - recorded:
            standing = Standing.UNKNOWN
        else:
            standing = Standing.AFTER if total == needed else Standing.BEFORE
        return replace(claim, standing=standing, needed=needed, trained=total)

    def _counts(self, claim: LockedClaim, identities: set[str], counts: Mapping[str, int]) -> bool:
        """Whether a locked claim is to be remembered: not one that was changed before any run of it was trained."""
        is_of_others = self._cells.keys().isdisjoint(claim.places)
        return is_of_others or claim.asked in identities or self._is_trained(claim, counts)

    def _is_trained(self, claim: LockedClaim, counts: Mapping[str, int]) -> bool:
        return any(counts.get(place) for place in claim.places)


def _dated(claims: Mapping[str, LockedClaim], now: float, cells: Mapping[str, Cell]) -> tuple[LockedClaim, ...]:
    """The claims of a lock, those that are new with time and the number that share the 5 %."""
    sharing = sum(claim.kind != "all" and not cells.keys().isdisjoint(claim.places) for claim in claims.values())
    return tuple(
        claim if claim.locked else replace(claim, locked=now, sharing=sharing if claim.kind != "all" else 0)
        for claim in claims.values()
    )
