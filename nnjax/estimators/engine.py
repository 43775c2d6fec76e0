"""What trains, imported where something is trained: with jax, which takes longer than many a training."""

import gc
from importlib import import_module
from types import ModuleType


def import_engine() -> ModuleType:
    """The module that trains.

    While it is imported nobody looks for cycles: modules hold hundreds of thousands of objects, all of which stay, and
    to go through them again and again took a sixth of the time.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        return import_module("nnjax.estimators.trainer")
    finally:
        if is_on:
            gc.enable()
