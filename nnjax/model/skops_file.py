"""scikit-learn's fitted objects in a file that executes nothing: skops, of types that it trusts unasked only."""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import skops.io

from nnjax.data.prepared import Learnt

SCHEMA = "schema.json"
"""Name of the file within the file that says how the objects are put together; the others are arrays."""

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP file knows: the time of writing would make every file another one."""


def write_skops(learnt: Sequence[Learnt]) -> bytes:
    """A file of what was learnt: name -> `columns`, the raw ones that the `transformer` beside them takes, in order.

    Equal transformers are the same bytes. A fitted `SimpleImputer` holds a NumPy dtype, which skops does not trust: in
    its place stands a `KNNImputer` that knows one row, the learnt fillings, and so fills every gap with them.

    Raises:
        ValueError: An object of a type that whoever reads it would be asked to trust, such as an own function.

    >>> from sklearn.preprocessing import StandardScaler
    >>> content = write_skops([Learnt("scale", ("x",), StandardScaler().fit([[1.0], [3.0]]))])
    >>> skops.io.loads(content, trusted=[])["scale"]["transformer"].mean_
    array([2.])
    """
    named = {each.name: {"columns": [*each.columns], "transformer": _trusted(each.transformer)} for each in learnt}
    content = _without_addresses(skops.io.dumps(named))
    if untrusted := skops.io.get_untrusted_types(data=content):
        raise ValueError(f"not trusted by skops: {', '.join(untrusted)}")
    return content


def _trusted(transformer: Any) -> Any:
    """The same, or what fills gaps as it does and skops trusts."""
    from sklearn.impute import KNNImputer, SimpleImputer  # here: its import takes seconds

    if not isinstance(transformer, SimpleImputer):
        return transformer
    return KNNImputer(n_neighbors=1, keep_empty_features=True).fit(transformer.statistics_[None])


def _without_addresses(content: bytes) -> bytes:
    """The same file with objects counted in order: skops names them by where they lay in memory."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        held = {name: file.read(name) for name in file.namelist()}
    numbers: dict[str, str] = {}

    def counted(found: re.Match[str]) -> str:
        return f"{found[1]}{numbers.setdefault(found[2], str(len(numbers) + 1))}"

    schema = re.sub(r'("__id__": |"file": ")(\d+)', counted, held.pop(SCHEMA).decode())
    renamed = {numbers[Path(name).stem] + Path(name).suffix: array for name, array in held.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in [*sorted(renamed.items()), (SCHEMA, json.dumps(json.loads(schema)).encode())]:
            file.writestr(zipfile.ZipInfo(name, EARLIEST), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
