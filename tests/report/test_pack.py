"""The packed curves: what the page's script unpacks is what the journal has, to a 254th of a cell's range."""

import base64
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.report import pack as pack_module
from nnjax.report.histories import make_histories, packed_columns
from nnjax.report.pack import NOTHING, make_pack, quantise
from nnjax.report.task import REGRESSION

NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=NUMBERS))
def test_numbers_come_back_to_a_254th_of_their_range(values):
    codes, limits = quantise(values)
    known = np.isfinite(values)
    assert (codes == NOTHING).tolist() == (~known).tolist()
    if limits is None:
        assert not known.any()
        return
    low, high = limits
    back = low + codes[known] / 254 * (high - low)
    assert np.abs(back - values[known]).max() <= (high - low) / 254 + 1e-5 * max(abs(low), abs(high))


def unpacked(pack, name):
    """Numbers of one curve [R, E], as the script reads them."""
    curve = next(curve for curve in pack.curves if curve["name"] == name)
    codes = np.frombuffer(base64.b64decode(curve["data"]), np.uint8).reshape(-1, len(pack.epochs)).astype(float)
    ranges = [limits for cell, limits in zip(pack.cells, curve["ranges"], strict=True) for _ in cell["runs"]]
    rows = [
        np.full(len(pack.epochs), np.nan)
        if limits is None
        else np.where(row == NOTHING, np.nan, limits[0] + row / 254 * (limits[1] - limits[0]))
        for row, limits in zip(codes, ranges, strict=True)
    ]
    return np.array(rows)


@pytest.fixture
def packed(study_results):
    return make_pack(study_results, lambda run_ids: study_results.histories)


def test_every_run_has_its_curve_in_the_order_of_the_cells(packed, study_results):
    values = unpacked(packed, "fit_validation_r2")
    matrix = study_results.histories.matrices["fit_validation_r2", 0]
    by_id = {run_id[:12]: run_id for run_id in study_results.results["run_id"]}
    entries = [run for cell in packed.cells for run in cell["runs"]]
    assert len(entries) == len(values) == len(study_results.results)
    seen = 0
    for entry, row in zip(entries, values, strict=True):
        run_id = by_id[entry[5]]
        if run_id in matrix.index:
            assert row == pytest.approx(matrix.loc[run_id, list(packed.epochs)].to_numpy(dtype=float), abs=0.01)
            seen += 1
    assert seen > 10


def test_what_a_run_is_stands_beside_it(packed, study_results):
    cell = packed.cells[0]
    run = cell["runs"][0]
    row = study_results.results[study_results.results["run_id"].str.startswith(run[5])].iloc[0]
    assert [run[0], run[1], run[2]] == [row["split"], row["seed_index"], row["status"]]
    assert cell["label"] == row["cell"] and list(cell["levels"]) == ["activation", "depth", "batch_size", "l2"]
    statuses = {entry[2] for cell in packed.cells for entry in cell["runs"]}
    assert statuses == {"finished", "diverged", "missing"}


def test_names_cannot_end_the_script(packed):
    hostile = pack_module.Pack(
        packed.epochs,
        ({"id": "a", "label": "</script><script>alert(1)</script>", "levels": {}, "runs": []},),
        (),
        0,
        "x",
    )
    text = str(hostile.to_json())
    assert "<" not in text and json.loads(text)["cells"][0]["label"].startswith("</script>")


def test_a_study_too_large_for_a_page_packs_its_best_cells(study_results, monkeypatch):
    monkeypatch.setattr(pack_module, "MOST_PACKED_BYTES", 4 * (5 * 10 + 45) * 3)
    pack = make_pack(study_results, lambda run_ids: study_results.histories)
    assert len(pack.cells) == 3 and pack.left_out == len(study_results.space.cells) - 3
    means = study_results.results.groupby("cell_id")["validation_score"].mean().sort_values(ascending=False)
    assert {cell["id"] for cell in pack.cells} == {cell_id[:12] for cell_id in means.index[:3]}


def test_the_gradient_of_the_last_layer_is_that_of_the_cell_s_own_depth(packed, study_results):
    last, first = (unpacked(packed, f"preactivation_grad_norm_{end}") for end in ("last", "first"))
    depths = [cell["levels"]["depth"] for cell in packed.cells for _ in cell["runs"]]
    shallow = np.array(depths) == "1"
    both = np.isfinite(last) & np.isfinite(first)
    assert np.allclose(last[shallow & both.any(axis=1)], first[shallow & both.any(axis=1)], equal_nan=True)
    assert packed_columns(REGRESSION)[-1] == "preactivation_grad_norm"


def test_no_curves_are_no_numbers(study_results):
    pack = make_pack(study_results, lambda run_ids: make_histories(pa.table({"run_id": ["x"]})))
    assert all(limits is None for curve in pack.curves for limits in curve["ranges"])
