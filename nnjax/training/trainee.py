"""What goes into a chunk and what comes out of it, as it travels between processes: the head of a sweep has no jax."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nnjax.training.optimizers import Hyperparameters

if TYPE_CHECKING:
    from nnjax.training.loop import Network

RunOutcome = dict[str, Any]
"""One run's results under the journal's column names: numbers, strings and float32 arrays."""


@dataclass(frozen=True)
class Trainee:
    """What the engine must know of one run; all that shapes the program is in the bucket.

    Attributes:
        activation: Name of the hidden units' function, or one name a hidden layer.
        hyperparameters: The numbers that are batched over runs.
        seed: What its streams are derived from.
        initializer, initializer_gain, schedule, decay_epochs, decay_rate: As the factors of these names.
        schedule_epochs: Epochs that the schedule is made for, of which fewer may be trained; None: all that are.
    """

    run_id: str
    activation: str | tuple[str, ...]
    initializer: str
    hyperparameters: Hyperparameters
    seed: int
    split: int
    initializer_gain: float = 1.0
    schedule: str = "constant"
    decay_epochs: float = 50.0
    decay_rate: float = 0.5
    schedule_epochs: int | None = None


@dataclass(frozen=True)
class TrainedChunk:
    """What a chunk came to, and where the time went.

    Attributes:
        outcomes: Of the runs that have one, in the order of the trainees.
        compile_seconds: Seconds spent compiling; 0 if the program was there.
        train_seconds: Seconds spent training.
        failures: Run id -> why it has no outcome, in a line; its neighbours have theirs.
        networks: Run id -> its networks, the best and the last; empty unless they were asked for, as they are heavy.
    """

    outcomes: list[RunOutcome]
    compile_seconds: float
    train_seconds: float
    failures: Mapping[str, str] = field(default_factory=dict)
    networks: "Mapping[str, tuple[Network, Network]]" = field(default_factory=dict)
