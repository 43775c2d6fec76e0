"""Two things have one hash only if they are the same."""

import pickle
from collections.abc import Callable
from enum import Enum
from functools import partial

import numpy as np
import pandas as pd
import pytest

from nnjax.report.content import UnknownContentError, content_key
from nnjax.report.drawing import Shape
from nnjax.report.figures.curves import draw_fit, draw_steps


class Side(Enum):
    LEFT = 1
    RIGHT = 2


def with_defaults(of_place: object, of_name: object) -> Callable[..., object]:
    def draw(axes: object, place: object = of_place, *, name: object = of_name) -> object:
        return axes, place, name

    return draw


def categories(*levels: str, ordered: bool = False) -> pd.Categorical:
    return pd.Categorical(["a", "b"], categories=levels, ordered=ordered)


CATEGORIES = (categories("a", "b"), categories("b", "a"), categories("a", "b", "c"), categories("a", "b", ordered=True))

TABLE = pd.DataFrame({"level": ["a", "b"], "score": [0.1, 0.2]})

DIFFERENT = [
    *(None, True, 1, 1.0, np.float32(1), "1", b"1", Side.LEFT, Side.RIGHT, 0.0, -0.0, 0.1, np.nextafter(0.1, 1)),
    *([], (), {}, [1, 2], [[1], 2], [[1, 2]], ["1", "2"], ["12"], ["1,", "2"], {1: 2}, {2: 1}, {"a": 1}),
    *(np.array([1, 2]), np.array([1.0, 2.0]), np.array([[1, 2]]), np.array([1, 2], np.int32), np.array(["1", "2"])),
    *(pd.Index([1, 2]), pd.Series([1, 2]), pd.Series([1, 2], name="x"), pd.Series([1, 2], index=[1, 0])),
    *(TABLE, TABLE[::-1], TABLE.reset_index(), TABLE.rename(columns={"level": "depth"}), TABLE[["score", "level"]]),
    *(TABLE.assign(score=[0.1, np.nan]), TABLE.assign(score=[0.1, None]).astype(object), TABLE.iloc[:1]),
    *(draw_fit, draw_steps, partial(draw_fit), partial(draw_fit, TABLE), partial(draw_fit, table=TABLE)),
    *(with_defaults(place, name) for place in (1, 2) for name in (1, 2)),
    *(kind(each) for kind in (pd.Series, pd.Index) for each in CATEGORIES),
    *(Shape(), Shape(width=401), Shape(quantity="R²")),
]


def test_no_two_different_things_have_one_hash() -> None:
    hashes = [content_key(thing) for thing in DIFFERENT]
    assert len(set(hashes)) == len(DIFFERENT)


def test_what_is_the_same_has_one_hash_wherever_it_was_made() -> None:
    piecemeal = pd.DataFrame(index=range(2))
    piecemeal["level"], piecemeal["score"] = ["a", "b"], [0.1, 0.2]
    travelled = pickle.loads(pickle.dumps(TABLE))
    assert {content_key(each) for each in (TABLE, TABLE.copy(), piecemeal, travelled)} == {content_key(TABLE)}
    assert content_key(partial(draw_fit, piecemeal, factor="x")) == content_key(partial(draw_fit, TABLE, factor="x"))
    turned = np.arange(6.0).reshape(2, 3)
    assert content_key(turned) == content_key(np.asfortranarray(turned))


def remembering(held: object) -> Callable[[], object]:
    return lambda: held


@pytest.mark.parametrize("thing", [remembering(1), lambda: 1, with_defaults({1}, 1), {1}, object(), [].append])
def test_what_nobody_can_tell_apart_has_no_hash(thing: object) -> None:
    with pytest.raises(UnknownContentError):
        content_key([1, thing])
