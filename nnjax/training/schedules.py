"""Learning-rate schedules η(t): the rate of every step relative to the first, made on the host.

A schedule is data, not program: all of them share one program and cost nothing inside it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]


def _constant(t: Times, epochs: int, decay_epochs: float, decay_rate: float) -> Times:
    return np.ones_like(t)


def _step(t: Times, epochs: int, decay_epochs: float, decay_rate: float) -> Times:
    return decay_rate ** np.floor(t / decay_epochs)


def _cosine(t: Times, epochs: int, decay_epochs: float, decay_rate: float) -> Times:
    return 0.5 * (1 + np.cos(np.pi * t / epochs))


def _inverse_time(t: Times, epochs: int, decay_epochs: float, decay_rate: float) -> Times:
    return 1 / (1 + decay_rate * t / decay_epochs)


@dataclass(frozen=True)
class RateSchedule:
    """A course of the learning rate.

    Attributes:
        name: The level of the factor `schedule`.
        function: (times in epochs, epochs, decay_epochs, decay_rate) -> η(t)/η(0).
        settings: Factors that mean something with it.
    """

    name: str
    function: Callable[[Times, int, float, float], Times]
    settings: tuple[str, ...] = ()


SCHEDULES = {schedule.name: schedule for schedule in (
    RateSchedule("constant", _constant),
    RateSchedule("step", _step, ("decay_epochs", "decay_rate")),
    RateSchedule("cosine", _cosine),
    RateSchedule("inverse_time", _inverse_time, ("decay_epochs", "decay_rate")),
)}  # fmt: skip
"""Name -> η(t)/η(0) at time t, in epochs; step: decay_rate^⌊t/decay_epochs⌋, cosine: ½(1 + cos πt/E),
inverse_time: 1/(1 + decay_rate · t/decay_epochs) (Robbins & Monro 1951; Loshchilov & Hutter 2017 for the cosine)."""


def relative_rates(
    schedule: str, epochs: int, steps: int, decay_epochs: float = 50.0, decay_rate: float = 0.5
) -> NDArray[np.float32]:
    """The rate of every step relative to the first, [E + 1, steps]; line 0, the network as initialised, is zero.

    The decay rate is what is left after `decay_epochs`, the unit of time (step), or how strongly it counts
    (inverse_time).

    >>> relative_rates("step", epochs=3, steps=1, decay_epochs=2, decay_rate=0.1).round(6).ravel().tolist()
    [0.0, 1.0, 1.0, 0.10000000149011612]
    """
    times = np.arange(epochs * steps, dtype=np.float64).reshape(epochs, steps) / steps
    rates = np.zeros((epochs + 1, steps), dtype=np.float32)
    rates[1:] = SCHEDULES[schedule].function(times, epochs, decay_epochs, decay_rate)
    return rates
