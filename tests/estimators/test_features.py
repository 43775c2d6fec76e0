"""Rows made dense and float32."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from nnjax.estimators import features
from nnjax.estimators.features import as_dense, as_float32, dense_blocks


def test_a_sparse_matrix_is_made_dense_up_to_ten_million_numbers():
    sparse = csr_array(np.eye(3))
    assert (as_dense(sparse) == np.eye(3)).all()
    with pytest.raises(ValueError, match=r"10001 × 1000 = 10,001,000 numbers .*; reduce its columns"):
        as_dense(csr_array((10_001, 1000)))
    assert as_dense(csr_array((10_000, 1000))).shape == (10_000, 1000)


def test_blocks_are_the_rows_in_order_whatever_their_number(monkeypatch):
    monkeypatch.setattr(features, "LARGEST_DENSE", 7)
    rows = np.arange(15.0).reshape(5, 3)
    blocks = list(dense_blocks(csr_array(rows)))
    assert [len(block) for block in blocks] == [2, 2, 1]
    assert (np.concatenate(blocks) == rows).all()
    assert len(list(dense_blocks(rows))) == 1


def test_what_float32_cannot_hold_is_infinite_without_a_warning():
    rows = np.asfortranarray([[1e-50, 1.0], [1e300, -1e300]])
    single = as_float32(rows)
    assert single.flags.c_contiguous and single.dtype == np.float32
    assert single.tolist() == [[0.0, 1.0], [np.inf, -np.inf]]
