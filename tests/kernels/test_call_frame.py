"""An operation called without XLA gives what it gives XLA, and says why it refuses."""

from pathlib import Path

import numpy as np
import pytest

from nnjax.kernels import library
from nnjax.kernels.call_frame import CallFrameError, call_by_hand


@pytest.fixture
def loaded(fused):
    """The library of this session."""
    return next(iter(library._LOADED.values()))


def test_an_update_written_over_its_moments(loaded):
    numbers = np.array([[0.5, 0.8, 0.9, 2.0, 0.1, 0, 1, 0, 0]], np.float32)
    mean, square, gradient = (np.full((1, 11), value, np.float32) for value in (1, 2, 3))
    update = np.empty_like(mean)
    call_by_hand(loaded.nnjax_adam_update, [numbers, mean, square, gradient], [update, mean, square])
    np.testing.assert_allclose(mean, 0.8 * 1 + 0.2 * 3, rtol=1e-6)
    np.testing.assert_allclose(square, 0.9 * 2 + 0.1 * 9, rtol=1e-6)
    np.testing.assert_allclose(update, 0.5 * 1.4 / (np.sqrt(2.7 * 2) + 0.1), rtol=1e-6)


def test_a_refusal_is_in_the_operations_words(loaded):
    one = np.ones((1, 3), np.float32)
    with pytest.raises(CallFrameError, match="nnjax_stack_predict takes x, codes"):
        call_by_hand(loaded.nnjax_stack_predict, [one] * 4, [one])


def test_only_arrays_that_an_operation_can_read_are_given_to_it(loaded):
    turned = np.ones((3, 2), np.float32).T
    with pytest.raises(ValueError, match="row by row"):
        call_by_hand(loaded.nnjax_stack_predict, [turned], [])
    with pytest.raises(KeyError):
        call_by_hand(loaded.nnjax_stack_predict, [np.ones(3)], [])


def test_the_interface_is_the_one_that_was_copied():
    """Of the header that the operations are compiled with."""
    header = (Path(library._headers()) / "xla" / "ffi" / "api" / "c_api.h").read_text()
    assert "#define XLA_FFI_API_MAJOR 0\n" in header
