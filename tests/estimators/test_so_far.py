"""How far the training of many networks has come."""

import pytest

from nnjax.estimators.so_far import SoFar


@pytest.mark.parametrize(
    ("so_far", "said"),
    [
        (SoFar(60, compiling=2), "0 of 60 done, compiling"),
        (SoFar(60, epochs=40), "0 of 60 done, 40 epochs so far"),
        (SoFar(60, done=9, epochs=4000, compiling=1), "9 of 60 done, 4,000 epochs so far, compiling"),
    ],
)
def test_it_is_said_what_goes_on(so_far, said):
    assert str(so_far) == said
