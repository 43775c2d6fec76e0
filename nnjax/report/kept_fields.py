"""Mean fields, kept among the user's caches: the next report of such networks need not import jax, nor compute them."""

import hashlib
import json
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np

from nnjax.native_code import is_private
from nnjax.statistics import mean_field
from nnjax.statistics.mean_field import MeanField
from nnjax.surroundings import SurroundingsError, check_variables
from nnjax.sweep.compilation_cache import cache_of_this_machine
from nnjax.sweep.durable import write_durably
from nnjax.sweep.kept_programs import makers

FIELDS_SUFFIX = ".fields"

Wanted = TypeVar("Wanted", bound=Hashable)


def kept_fields(wanted: Sequence[Wanted], compute: Callable[[Wanted], MeanField]) -> dict[Wanted, MeanField]:
    """The field of each of these, from the file that an earlier process left, else computed now and kept.

    Args:
        wanted: What fields depend on, in an order of its own; its text tells one from another.
        compute: Makes one of them.
    """
    try:
        check_variables({"cpu"})
    except SurroundingsError:  # what is computed now is this process's alone
        return {each: compute(each) for each in wanted}
    path = _path(wanted)
    with suppress(OSError, ValueError, TypeError):
        if is_private(path.parent):
            kept = json.loads(path.read_text("utf-8"))
            return {each: MeanField(*map(np.array, numbers)) for each, numbers in zip(wanted, kept, strict=True)}
    fields = {each: compute(each) for each in wanted}
    told = [[field.variances.tolist(), field.factors.tolist()] for field in fields.values()]
    with suppress(OSError):  # nowhere to keep them
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_private(path.parent):
            write_durably(path, json.dumps(told).encode())
    return fields


def _path(wanted: Sequence[object]) -> Path:
    told = "\n".join([*map(repr, wanted), *_source()])
    return cache_of_this_machine() / f"{hashlib.sha256(told.encode()).hexdigest()[:32]}{FIELDS_SUFFIX}"


@lru_cache(maxsize=1)
def _source() -> tuple[str, ...]:
    """All that turns these into numbers: activations, versions and processor among it."""
    files = Path(mean_field.__file__), Path(__file__).with_name("theory.py")
    return (*makers(), *(path.read_text("utf-8") for path in files))
