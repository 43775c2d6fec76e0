"""A model's folder from arrays, as docs say it lies on the disk, without anything that trains."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from nnjax.model import standalone


def document_of(**changed: Any) -> dict[str, Any]:
    """A `model.json` of a regression of one target; what is given stands in it."""
    return {
        "format": 1, "model_id": "ab", "study": "s", "nnjax": "0", "engine": "4", "cell": {}, "task": "regression",
        "targets": ["y"], "classes": [], "threshold": None, "ensemble": [{"key": "ensemble_0", "seed": 0}], "epochs": 1,
        "folds": [], "intervals": None, "why_no_intervals": "", "scores": {}, "data": {},
    } | changed  # fmt: skip


def described(layer_sizes: list[int], activation: str = "relu", **changed: Any) -> dict[str, Any]:
    """The network's part of it."""
    return {
        "layer_sizes": layer_sizes, "structures": [], "activations": [activation] * (len(layer_sizes) - 2),
        "maxout_pieces": 2, "normalization": "none", "residual": 0, "output": "identity", "negative_slope": 0.01,
        "elu_alpha": 1.0,
    } | changed  # fmt: skip


def random_arrays(key: str, network: Mapping[str, Any], draws: np.random.Generator) -> dict[str, np.ndarray]:
    """A network's arrays, as unlike each other as they can be."""
    sizes, arrays = network["layer_sizes"], {}
    for place, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        name, is_hidden = f"{key}.layer_{place + 1}", place < len(sizes) - 2
        structure = network["structures"][place] if is_hidden and network["structures"] else "elementwise"
        pieces = (network["maxout_pieces"],) if structure == "maxout" else ()
        arrays[f"{name}.weights"] = draws.normal(size=(*pieces, fan_in, fan_out)) / fan_in**0.5
        arrays[f"{name}.bias"] = draws.normal(size=(*pieces, fan_out)) / 2
        if is_hidden and network["normalization"] != "none":
            arrays[f"{name}.scale"] = draws.uniform(0.5, 2, (*pieces, fan_out))
        if is_hidden and network["normalization"] == "batch":
            arrays[f"{name}.mean"] = draws.normal(size=(*pieces, fan_out))
            arrays[f"{name}.variance"] = draws.uniform(0.5, 2, (*pieces, fan_out))
        slopes = {"prelu_unit": fan_out, "prelu_layer": 1}.get(structure)
        if slopes:
            arrays[f"{name}.negative_slope"] = draws.normal(size=slopes)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def plain_preparation(features: int, outputs: int = 1) -> dict[str, Any]:
    """Numbers as they are."""
    rule = {"kind": "numbers", "fill": None, "indicator": False, "curve": None}
    return {
        "columns": [rule] * features, "polynomial_degree": 1, "x_mean": [0.0] * features, "x_scale": [1.0] * features,
        "y_mean": [0.0] * outputs, "y_scale": [1.0] * outputs, "target_curve": None,
    }  # fmt: skip


def number_columns(features: int) -> list[dict[str, Any]]:
    """x1, x2, …"""
    return [{"name": f"x{place + 1}", "kind": "numbers", "words": []} for place in range(features)]


def write_folder(folder: Path, document: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Path:
    """The folder, its sums last."""
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps(document))
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    safetensors.numpy.save_file(contiguous, folder / "weights.safetensors", {"format": "1"})
    shutil.copy(standalone.__file__, folder / "nnjax_model.py")
    return seal_folder(folder)


def seal_folder(folder: Path) -> Path:
    """`SHA256SUMS` of what lies there."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS" and path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines))
    return folder
