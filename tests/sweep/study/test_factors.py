"""The factors and what their levels may be."""

import math

import pytest
from pydantic_core import PydanticCustomError

from nnjax.sweep.study.factors import ALWAYS_TOLD, FACTORS, AutoNumber, Choice, Number, Whole


@pytest.mark.parametrize("name", FACTORS)
def test_every_default_is_a_legal_level(name):
    factor = FACTORS[name]
    assert factor.default is None or factor.check(factor.default) == factor.default
    assert factor.meaning.endswith(".")


def test_what_is_always_told_are_factors():
    assert set(ALWAYS_TOLD) <= set(FACTORS)


def test_minus_zero_is_zero_so_that_both_are_one_identity():
    assert math.copysign(1.0, Number(0.0, 1.0)(-0.0)) == 1.0 and isinstance(Number(0.0, 1.0)(1), float)


@pytest.mark.parametrize(
    ("check", "value", "problem"),
    [
        (Whole(1, 5), True, "needs a whole number"),
        (Whole(1, 5), 6, "too large; write a whole number from 1 to 5"),
        (Whole(1, 5), 0, "too small"),
        (Number(0.0, 1.0), False, "needs a number"),
        (Number(0.0, 1.0), float("nan"), "not a finite number"),
        (Number(0.0, 1.0), -0.5, "negative; write a number from 0 to 1"),
        (AutoNumber(0.0, 1.0), "automatic", 'needs a number; write "auto" or a number from 0 to 1'),
        (Choice("colour", ("red", "blue")), "rde", "unknown colour; did you mean 'red'"),
        (Choice("colour", ("red", "blue")), 3, "needs a name in quotes"),
    ],
)
def test_what_is_no_level_is_refused_with_its_remedy(check, value, problem):
    with pytest.raises(PydanticCustomError) as refused:
        check(value)
    assert problem in str(refused.value)
