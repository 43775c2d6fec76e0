import jax
import pytest

from nnjax.data.scaling import scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import load_table
from nnjax.network.initializers import default_initializer
from nnjax.training.bucket import Bucket
from nnjax.training.chunk import Trainee


@pytest.fixture(autouse=True)
def _standard_promotion():
    """Optax raises its decay to the power of an integer count, which strict promotion of dtypes forbids."""
    jax.config.update("jax_numpy_dtype_promotion", "standard")
    yield
    jax.config.update("jax_numpy_dtype_promotion", "strict")


@pytest.fixture(scope="session")
def scaled():
    table = load_table("diabetes")
    splits = make_splits(len(table.features), SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5))
    return {index: scale_split(table, split) for index, split in enumerate(splits)}


def make_bucket(depth=2, width=8, batch_size=32, epochs=4, optimizer="adam"):
    return Bucket(10, (width,) * depth, 1, batch_size, 265, 67, 111, epochs, optimizer, "half_mean_squared_error")


def make_trainee(seed=0, activation="relu", initializer=None, learning_rate=1e-3, l2=0.0):
    initializer = initializer or default_initializer(activation)
    return Trainee(f"{seed}", activation, initializer, learning_rate, l2, 0.9, 0.9, 0.999, 1e-8, seed, seed % 20)


@pytest.fixture
def bucket():
    return make_bucket


@pytest.fixture
def trainee():
    return make_trainee
