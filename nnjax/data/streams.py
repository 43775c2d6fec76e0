"""Streams of random numbers: every purpose its own, each derived from the study's base seed by a hash."""

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

SEED_BITS = 32


def derive_seed(*parts: int | str) -> int:
    """A 32-bit seed from what names it: numbers and words, for example base seed, split and index of the repetition.

    A hash, so that neighbouring inputs give unrelated seeds and no two purposes share one by accident of arithmetic;
    the same on every machine and version.

    >>> derive_seed(5, "split", 0)
    2443035744
    >>> derive_seed(5, 1, 0) == derive_seed(5, 0, 1)
    False
    """
    text = json.dumps(list(parts), separators=(",", ":"), ensure_ascii=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[: SEED_BITS // 8], "big")


def stream(seed: int, name: str) -> np.random.Generator:
    """The stream of random numbers that one purpose draws from, at its start.

    Args:
        seed: The seed of a run or of a split.
        name: The purpose: "split", "initialisation" or "order". Streams of different names are independent.

    >>> bool(stream(1, "order").random() == stream(1, "order").random())
    True
    """
    return np.random.default_rng(np.random.SeedSequence([seed, derive_seed("stream", name)]))


def split_stream(base_seed: int, part: str, index: int) -> np.random.Generator:
    """The stream that rows of a split are drawn from: "split" of a repeat, for tests, or "validation" of a split."""
    return stream(derive_seed(base_seed, part, index), "split")


def some_rows(rows: int, most: int, seed: int, name: str) -> NDArray[np.int64]:
    """Numbers of all rows, or where these are more than so many, of so many drawn at random from a stream; in order.

    >>> some_rows(3, 5, seed=1, name="shown").tolist(), len(some_rows(9, 5, seed=1, name="shown"))
    ([0, 1, 2], 5)
    """
    if rows <= most:
        return np.arange(rows)
    return np.sort(stream(seed, name).choice(rows, most, replace=False))
