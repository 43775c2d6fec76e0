"""The estimators' parameters: what each may be, what does not go together, and what they mean to the engine."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, InvalidParameterError, Options, StrOptions

from nnjax.estimators.problem import NetworkDesign, RateCourse
from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import NORMALIZATIONS, structures_for
from nnjax.network.initializers import INITIALIZERS
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.optimizers import OPTIMIZERS, Hyperparameters

ParameterValues = Mapping[str, Any]
"""A parameter's name -> its value, as `get_params` has them."""

STOCHASTIC_SOLVERS = tuple(name for name in OPTIMIZERS if name not in ("momentum", "nesterov", "lbfgs"))
"""Solvers that go through the rows mini-batch by mini-batch, epoch after epoch; momentum is a parameter of "sgd"."""

RATES_OF_SGD = ("invscaling", "adaptive")
"""Courses of the learning rate that scikit-learn knows for "sgd" alone; with another solver it stays constant."""

_LEAKY_SLOPE, _PRELU_SLOPE = 0.01, 0.25
"""What `negative_slope = "auto"` means: Maas et al. 2013, He et al. 2015."""


class SortedNames(StrOptions):
    """Names that a refusal lists in their order."""

    def __str__(self) -> str:
        return f"a str among {{{', '.join(map(repr, sorted(self.options)))}}}"


_SHARE = Interval(Real, 0, 1, closed="left")
_NON_NEGATIVE = Interval(Real, 0, None, closed="left")
POSITIVE_NUMBER = Interval(Real, 0, None, closed="neither")
_COUNT = Interval(Integral, 1, None, closed="left")
_AUTO = SortedNames({"auto"})

CONSTRAINTS: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", _COUNT],
    "activation": [SortedNames(set(ACTIVATIONS)), "array-like"],
    "solver": [SortedNames({*STOCHASTIC_SOLVERS, "lbfgs"})],
    "alpha": [_NON_NEGATIVE],
    "batch_size": [_AUTO, _COUNT],
    "learning_rate": [SortedNames({"constant", *RATES_OF_SGD, "step", "cosine", "inverse_time"})],
    "learning_rate_init": [POSITIVE_NUMBER],
    "power_t": [_NON_NEGATIVE],
    "max_iter": [_COUNT],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [_NON_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [_SHARE],
    "beta_1": [_SHARE],
    "beta_2": [_SHARE],
    "epsilon": [POSITIVE_NUMBER],
    "n_iter_no_change": [_COUNT, Options(Real, {np.inf})],
    "max_fun": [_COUNT],
    "negative_slope": [_AUTO, Interval(Real, 0, 1, closed="both")],
    "elu_alpha": [POSITIVE_NUMBER],
    "maxout_pieces": [Interval(Integral, 2, 16, closed="both")],
    "prelu_sharing": [SortedNames({"unit", "layer"})],
    "rms_decay": [_SHARE],
    "decay_epochs": [POSITIVE_NUMBER],
    "decay_rate": [POSITIVE_NUMBER],
    "dropout": [_SHARE],
    "input_noise": [_NON_NEGATIVE],
    "normalization": [SortedNames(set(NORMALIZATIONS))],
    "residual": [Interval(Integral, 0, None, closed="left")],
    "clipping": [SortedNames(set(CLIPPINGS))],
    "clip_norm": [POSITIVE_NUMBER],
    "clip_min": [Interval(Real, None, 0, closed="right")],
    "clip_max": [_NON_NEGATIVE],
    "initializer": [SortedNames({"scikit_learn", *INITIALIZERS})],
    "initializer_gain": [_NON_NEGATIVE],
    "weight_decay": [_AUTO, _NON_NEGATIVE],
    "l1": [_NON_NEGATIVE],
}
"""What each parameter that both estimators have may be; scikit-learn's own ones as scikit-learn has them."""

_NOT_WITH_LINE_SEARCH = {"dropout": 0.0, "input_noise": 0.0, "clipping": "none"}
"""Parameter -> what it must be where L-BFGS needs the same smooth function at every trial."""


_OTHER_NAMES = {"sigmoid": "logistic", "linear": "identity", "swish": "silu"}
"""A function's name elsewhere -> here."""


def meant(allowed: Iterable[Any], given: object) -> str | None:
    """A question, where what a parameter cannot be is close to a name that is allowed.

    >>> meant(CONSTRAINTS["activation"], "sigmoid"), meant(CONSTRAINTS["solver"], "Adan"), meant(CONSTRAINTS["tol"], 3)
    ("did you mean 'logistic'?", "did you mean 'adam'?", None)
    """
    options = {name for each in allowed if isinstance(each, SortedNames) for name in each.options}
    wanted = _OTHER_NAMES.get(str(given).lower(), str(given).lower())
    near = get_close_matches(wanted, sorted(options), n=1)
    return f"did you mean {near[0]!r}?" if near else None


def hidden_layers(settings: ParameterValues) -> tuple[int, ...]:
    """Units of each hidden layer.

    Raises:
        InvalidParameterError: One of them is no whole number above zero.

    >>> hidden_layers({"hidden_layer_sizes": 8}), hidden_layers({"hidden_layer_sizes": [8, 4]})
    ((8,), (8, 4))
    """
    sizes = settings["hidden_layer_sizes"]
    listed = list(np.atleast_1d(np.asarray(sizes, dtype=object)))
    if not all(isinstance(size, Integral) and int(size) > 0 for size in listed):
        raise InvalidParameterError(f"hidden_layer_sizes must be whole numbers > 0, got {sizes!r}; write (100,) or 100")
    return tuple(int(size) for size in listed)


def hidden_activations(settings: ParameterValues) -> tuple[str, ...]:
    """The activation of each hidden layer.

    Raises:
        InvalidParameterError: A name is unknown, or their number is not that of the hidden layers.

    >>> hidden_activations({"activation": "tanh", "hidden_layer_sizes": (8, 4)})
    ('tanh', 'tanh')
    """
    given, depth = settings["activation"], len(hidden_layers(settings))
    if isinstance(given, str):
        return (given,) * depth
    names = tuple(given)
    for name in names:
        if not isinstance(name, str) or name not in ACTIVATIONS:
            remedy = meant(CONSTRAINTS["activation"], name) or f"take one of {', '.join(sorted(ACTIVATIONS))}"
            raise InvalidParameterError(f"activation {name!r} is not known; {remedy}")
    if len(names) != depth:
        raise InvalidParameterError(
            f"activation {given!r} has {len(names)} names for {depth} hidden layers; "
            "write one name for all of them, or one for each"
        )
    return names


def check_together(settings: ParameterValues) -> None:
    """Refuse what no single parameter shows.

    Raises:
        InvalidParameterError: With values and remedy.
    """
    sizes, residual = hidden_layers(settings), settings["residual"]
    hidden_activations(settings)
    if residual and residual >= len(sizes):
        raise InvalidParameterError(
            f"residual={residual} does not fit into {len(sizes)} hidden layers, of which the first stands before the "
            "skips; lower it, or add layers"
        )
    if residual and len(set(sizes)) > 1:
        raise InvalidParameterError(
            f"residual={residual} needs hidden layers of one width, got hidden_layer_sizes={sizes}; make them equal"
        )
    if settings["clipping"] == "value" and settings["clip_min"] == settings["clip_max"]:
        raise InvalidParameterError("clip_min and clip_max are both 0: no gradient is left; write clip_max=1.0")
    if settings["solver"] == "lbfgs":
        _check_line_search(settings)


def _check_line_search(settings: ParameterValues) -> None:
    for name, neutral in _NOT_WITH_LINE_SEARCH.items():
        if settings[name] != neutral:
            raise InvalidParameterError(
                f"solver='lbfgs' cannot be combined with {name}={settings[name]!r}; write {name}={neutral!r}, or take "
                "another solver"
            )
    if settings["normalization"] == "batch":
        raise InvalidParameterError(
            "solver='lbfgs' cannot be combined with normalization='batch'; write 'layer', or take another solver"
        )
    if settings["weight_decay"] not in ("auto", 0):
        raise InvalidParameterError(
            f"solver='lbfgs' has no weight_decay, got {settings['weight_decay']}; take alpha, or another solver"
        )


def check_goes_on(fitted: ParameterValues, settings: ParameterValues) -> None:
    """Refuse to go on with weights that belong to layers of another kind.

    Raises:
        ValueError: With what has changed.
    """
    kinds = [structures_for(hidden_activations(each), each["prelu_sharing"]) for each in (fitted, settings)]
    names = ["normalization"] + (["activation", "prelu_sharing"] if kinds[0] != kinds[1] else [])
    names += ["maxout_pieces"] if "maxout" in kinds[0] else []
    if changed := [name for name in names if fitted[name] != settings[name]]:
        words = ", ".join(f"{name} was {fitted[name]!r} and is {settings[name]!r}" for name in changed)
        raise ValueError(f"the network that is to be gone on with has other layers: {words}; set warm_start=False")


def negative_slope(settings: ParameterValues) -> float:
    """Slope below zero of leaky_relu, or where prelu's learned ones begin."""
    given = settings["negative_slope"]
    if given != "auto":
        return float(given)
    return _PRELU_SLOPE if "prelu" in hidden_activations(settings) else _LEAKY_SLOPE


def make_design(settings: ParameterValues, task: str, loss: str, output: str, batch_size: int) -> NetworkDesign:
    """What shapes the program."""
    return NetworkDesign(
        task=task,
        loss=loss,
        output=output,
        hidden_layer_sizes=hidden_layers(settings),
        activation=hidden_activations(settings),
        solver=settings["solver"],
        nesterovs_momentum=bool(settings["nesterovs_momentum"]),
        batch_size=batch_size,
        clipping=settings["clipping"],
        normalization=settings["normalization"],
        residual=int(settings["residual"]),
        maxout_pieces=int(settings["maxout_pieces"]),
        prelu_sharing=settings["prelu_sharing"],
    )


def make_numbers(settings: ParameterValues) -> Hyperparameters:
    """What is batched over trainings: parameters that have the engine's own names, and those that do not."""
    named = {name: float(settings[name]) for name in Hyperparameters._fields if name in settings and name not in _NAMED}
    decay = settings["weight_decay"]
    return Hyperparameters(
        learning_rate=float(settings["learning_rate_init"]),
        l2=float(settings["alpha"]),
        weight_decay=OPTIMIZERS[settings["solver"]].weight_decay if decay == "auto" else float(decay),
        negative_slope=negative_slope(settings),
        **named,
    )


_NAMED = ("learning_rate", "l2", "weight_decay", "negative_slope")


def make_course(settings: ParameterValues) -> RateCourse:
    """The course of the learning rate; one that is sgd's alone is constant with every other solver."""
    name = settings["learning_rate"]
    if settings["solver"] == "lbfgs" or (name in RATES_OF_SGD and settings["solver"] != "sgd"):
        name = "constant"
    return RateCourse(name, float(settings["power_t"]), float(settings["decay_epochs"]), float(settings["decay_rate"]))
