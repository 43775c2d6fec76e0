"""Trainings in slots: as many as a program has train together, and where one ends, the next one takes its place."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from nnjax.estimators.order import RunningOrder
from nnjax.estimators.problem import WATCHED, Examples, Fitted, Improvement, Problem
from nnjax.estimators.rates import rate_shares
from nnjax.estimators.slot_state import BestSoFar, EpochSeen, Going, SlotData, TrainingShape, first_going
from nnjax.network.architecture import branch_indices
from nnjax.training.noise import Keys

_BELOW_ONE = float(np.nextafter(np.float32(1), np.float32(0)))
_MOST_EPOCHS = np.iinfo(np.int32).max
_YES: Any = np.bool_(True)

Take = Callable[[], "tuple[int, Problem, RunningOrder] | None"]
"""The next training: its number, what it is, its orders; None if there is none left."""

Give = Callable[[int, Fitted], None]
"""Told of each training that has ended."""


def slot_data(problem: Problem, shape: TrainingShape) -> SlotData:
    """A training's data at the program's sizes, as numpy arrays."""
    bucket, train = shape.bucket, problem.train
    weights = np.ones(len(train.x), np.float32) if train.weights is None else train.weights
    beside: dict[str, Any] = {}
    if problem.validation is not None:
        beside = _validation(problem.validation, bucket.n_validation)
    seen = problem.improvement.rows_seen if problem.improvement else 0
    words = np.random.default_rng((problem.noise_seed, seen)).integers(0, 2**32, size=(2, 2), dtype=np.uint32)
    numbers: Any = [np.float32(number) for number in problem.numbers._replace(**_decays(problem))]
    keys: Any = [words[0] if bucket.dropout else None, words[1] if bucket.input_noise else None]
    return SlotData(
        numbers=type(problem.numbers)(*numbers),
        **_limits(problem),
        x=_padded(train.x, bucket.n_train),
        y=_padded(train.y, bucket.n_train),
        weights=_padded(weights, bucket.n_train) if bucket.row_weights else None,
        keys=Keys(*keys),
        **beside,
    )


def _decays(problem: Problem) -> dict[str, float]:
    """Shares that are below one stay so in float32: by one, a mean would never move."""
    names = ("beta_1", "beta_2", "rms_decay")
    return {name: min(float(getattr(problem.numbers, name)), _BELOW_ONE) for name in names}


def _limits(problem: Problem) -> dict[str, Any]:
    stopping = problem.stopping
    return {
        "max_iter": np.int32(min(stopping.max_iter, _MOST_EPOCHS)),
        "tol": np.float32(stopping.tol),
        "n_iter_no_change": np.float32(stopping.n_iter_no_change),
        "is_adaptive": np.bool_(problem.course.name == "adaptive"),
        "n_train": np.int32(len(problem.train.x)),
        "batch_size": np.int32(problem.design.batch_size),
    }


def _padded(rows: NDArray[np.float32], length: int) -> Any:
    return np.pad(rows, [(0, length - len(rows))] + [(0, 0)] * (rows.ndim - 1))


def _validation(rows: Examples, length: int) -> dict[str, Any]:
    weights = np.ones(len(rows.x)) if rows.weights is None else rows.weights.astype(np.float64)
    shares = weights / weights.sum()
    target = rows.y.astype(np.float64)
    variance = shares @ (target - shares @ target) ** 2
    return {
        "x_validation": _padded(rows.x, length),
        "y_validation": _padded(rows.y, length),
        "validation_weights": _padded(shares.astype(np.float32), length),
        "validation_variance": np.where(np.ptp(target, axis=0) > 0, variance, 0).astype(np.float32),
    }


def going_of(problem: Problem, fresh: Going) -> Going:
    """Where a training begins; `fresh` is the program's own beginning, of any weights."""
    moments = problem.moments if fresh.moments and problem.moments else fresh.moments
    going = fresh._replace(parameters=problem.parameters, moments=moments)
    if going.best is not None:
        going = going._replace(best=(problem.parameters, moments))
    if problem.state is not None:
        going = going._replace(solver=jax.tree.unflatten(jax.tree.structure(fresh.solver), problem.state))
    if problem.improvement is not None:
        earlier = problem.improvement
        reached: Any = np.float32(earlier.best), np.int32(earlier.n_without_improvement), np.float32(earlier.rate_share)
        going = going._replace(reached=BestSoFar(*reached))
    return going


@dataclass
class _Slot:
    """One training under way, and what its epochs have left behind."""

    number: int
    problem: Problem
    orders: RunningOrder
    given: SlotData
    epochs: int = 0
    seen: list[EpochSeen] = field(default_factory=list)


@dataclass(frozen=True)
class Slots:
    """The slots of one program and one activation.

    Attributes:
        shape: What is compiled in.
        program: The compiled function of `make_epochs`.
        activation: One name a hidden layer.
        stops: Set where nothing more shall be trained.
        is_alone: Whether a training, by its number, is the last one that needs its orders.
        passed: Told how many epochs of all slots have been trained since the last time.
    """

    shape: TrainingShape
    program: Callable[..., tuple[Going, EpochSeen]]
    activation: Sequence[str]
    stops: threading.Event
    is_alone: Callable[[int], bool]
    passed: Callable[[int], None]

    def train(self, take: Take, give: Give) -> None:
        """Train what there is to take, until there is nothing left."""
        bucket = self.shape.bucket
        index = np.asarray(branch_indices(self.activation, bucket.branches), np.int32)
        slots: list[_Slot | None] = [self._begin(take) for _ in range(self.shape.runs)]
        first = next((slot for slot in slots if slot is not None), None)
        if first is None:
            return
        fresh: Going = jax.tree.map(np.asarray, first_going(self.shape, first.problem.parameters))
        goings = [going_of(slot.problem, fresh) if slot else self._idle(first, fresh) for slot in slots]
        going = _stacked(goings)
        given = jax.device_put(_stacked([(slot or first).given for slot in slots]))
        while any(slots) and not self.stops.is_set():
            going, seen = self.program(given, index, going, *self._lines(slots), np.int32(self.shape.lines))
            epochs, is_over = jax.device_get((going.epoch, going.is_over))
            self._note(slots, jax.device_get(seen), epochs)
            ended = [place for place, slot in enumerate(slots) if slot is not None and is_over[place]]
            if not ended:
                continue
            reached: Going = jax.tree.map(np.array, jax.device_get(going))
            for place in ended:
                slot = slots[place]
                assert slot is not None
                fitted = _fitted(slot, jax.tree.map(lambda leaf, at=place: leaf[at].copy(), reached))
                give(slot.number, replace(fitted, kernels=bucket.kernels))
                slots[place] = following = self._begin(take)
                if following is not None:
                    first = following
                    _put(reached, place, going_of(following.problem, fresh))
            going = reached
            if any(slots[place] for place in ended):
                given = jax.device_put(_stacked([(slot or first).given for slot in slots]))

    def _begin(self, take: Take) -> _Slot | None:
        found = take()
        return None if found is None else _Slot(*found, slot_data(found[1], self.shape))

    def _idle(self, first: _Slot, fresh: Going) -> Going:
        return going_of(first.problem, fresh)._replace(is_over=_YES)

    def _lines(self, slots: Sequence[_Slot | None]) -> tuple[Any, Any]:
        """Rows of the mini-batches and shares of the rate, of the next epochs of all slots."""
        lines, runs = self.shape.lines, self.shape.runs
        steps, size = self.shape.bucket.steps, self.shape.bucket.batch_size
        examples = np.zeros((lines, runs, steps, size), np.int32)
        rates = np.zeros((lines, runs, steps), np.float32)
        for place, slot in enumerate(slots):
            if slot is not None:
                count = min(lines, slot.problem.stopping.max_iter - slot.epochs)
                orders = slot.orders.epochs(slot.epochs, count, forgets=self.is_alone(slot.number))
                _fill(examples[:count, place], orders, slot.problem.design.batch_size)
                rates[:count, place] = rate_shares(slot.problem, slot.epochs, count, steps)
        return examples, rates

    def _note(self, slots: Sequence[_Slot | None], seen: EpochSeen, epochs: NDArray[np.int32]) -> None:
        before = sum(slot.epochs for slot in slots if slot is not None)
        for place, slot in enumerate(slots):
            if slot is not None:
                count = int(epochs[place]) - slot.epochs
                slot.seen.append(jax.tree.map(lambda leaf, at=place, n=count: leaf[:n, at].copy(), seen))
                slot.epochs += count
        self.passed(sum(slot.epochs for slot in slots if slot is not None) - before)


def _fill(examples: NDArray[np.int32], orders: NDArray[np.int32], batch_size: int) -> None:
    """Deal out orders [epochs, rows] to mini-batches [epochs, steps, places], in place; the last may stay unfilled."""
    whole = orders.shape[1] // batch_size
    examples[:, :whole, :batch_size] = orders[:, : whole * batch_size].reshape(len(orders), whole, batch_size)
    rest = orders[:, whole * batch_size :]
    if rest.shape[1]:
        examples[:, whole, : rest.shape[1]] = rest


def _stacked(records: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *records)


def _put(reached: Going, place: int, one: Going) -> None:
    """Write one training's beginning into its slot, in place."""

    def write(leaf: NDArray[Any], value: Any) -> None:
        leaf[place] = value

    jax.tree.map(write, reached, one)


def _fitted(slot: _Slot, going: Going) -> Fitted:
    problem, after = slot.problem, going.reached
    seen: EpochSeen = jax.tree.map(lambda *leaves: np.concatenate(leaves).astype(np.float64), *slot.seen)
    rows_before = problem.improvement.rows_seen if problem.improvement else 0
    improvement = Improvement(
        float(after.best),
        int(after.n_without_improvement),
        float(after.rate_share),
        rows_before + slot.epochs * len(problem.train.x),
    )
    why = "tol" if improvement.n_without_improvement > problem.stopping.n_iter_no_change else "max_iter"
    parameters, moments = going.best if going.best is not None else (going.parameters, going.moments)
    watched = {name: getattr(seen, name) for name in WATCHED}
    return Fitted(
        parameters=parameters,
        moments=moments,
        loss_curve=np.asarray(seen.loss),
        validation_scores=None if seen.score is None else np.asarray(seen.score),
        n_iter=slot.epochs,
        improvement=improvement,
        why=why if going.is_finite else "diverged",
        state=tuple(np.asarray(leaf) for leaf in jax.tree.leaves(going.solver)),
        history={name: np.asarray(value) for name, value in watched.items() if value is not None},
    )
