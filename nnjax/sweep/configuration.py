"""A configuration: everything that is chosen about a training, in the one text that identities are made of."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from nnjax.data.preparation import Preparation
from nnjax.kernels.names import XLA
from nnjax.sweep.identity import canonical_json


@dataclass(frozen=True)
class Configuration:
    """Everything that is chosen about a training.

    The fields are the factors (see `FACTORS`, which says what each means), with layers instead of depth and width.
    Those with a default came later: at it, they are off, and no part of an identity.
    """

    activation: str | tuple[str, ...]
    hidden_layer_sizes: tuple[int, ...]
    batch_size: int
    l2: float
    optimizer: str
    learning_rate: float
    momentum: float
    beta_1: float
    beta_2: float
    epsilon: float
    initializer: str
    loss: str
    epochs: int
    output: str = "identity"
    negative_slope: float = 0.01
    elu_alpha: float = 1.0
    maxout_pieces: int = 2
    prelu_sharing: str = "unit"
    initializer_gain: float = 1.0
    normalization: str = "none"
    normalization_statistics: str = "training_set"
    residual: int = 0
    clipping: str = "none"
    clip_min: float = -1.0
    clip_max: float = 1.0
    clip_norm: float = 1.0
    l1: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    input_noise: float = 0.0
    schedule: str = "constant"
    decay_epochs: float = 50.0
    decay_rate: float = 0.5
    rms_decay: float = 0.9
    scored_rows: str = "validation"
    missing_values: str = "refuse"
    word_columns: str = "one_hot"
    rare_words: float = 0.0
    date_columns: str = "refuse"
    skewed_columns: str = "as_is"
    target_scale: str = "as_is"
    huber_delta: float = 1.0
    loss_quantile: float = 0.5
    class_weight: str = "none"
    device: str = "cpu"
    kernels: str = XLA

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.hidden_layer_sizes)

    @property
    def width(self) -> int:
        """Units of the widest hidden layer; 0 without any."""
        return max(self.hidden_layer_sizes, default=0)

    @property
    def preparation(self) -> Preparation:
        """How the table's columns become numbers."""
        return Preparation(**{each.name: getattr(self, each.name) for each in fields(Preparation)})

    def to_json(self) -> str:
        """The canonical text that identities are made of: every setting but those that are off."""
        return canonical_json(
            {
                each.name: getattr(self, each.name)
                for each in fields(self)
                if each.default is MISSING or getattr(self, each.name) != each.default
            }
        )


def make_configuration(settings: Mapping[str, Any]) -> Configuration:
    """The configuration of settings that the factors' own rules have checked; lists, as JSON has them, as tuples."""
    chosen: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()
    }
    return Configuration(**chosen)
