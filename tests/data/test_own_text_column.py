"""What a column of text holds."""

import pyarrow as pa
import pytest

from nnjax.data.own_error import ColumnError
from nnjax.data.own_text_column import understand


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "2", "-3"], [1, 2, -3]),
        (["1", "2.5", "1e3"], [1.0, 2.5, 1000.0]),
        ([" 1", "2 "], [1, 2]),
        (["True", "false"], [True, False]),
        (["01", "02"], ["01", "02"]),
        (["0x1", "2"], ["0x1", "2"]),
        (["red", "NA", "2"], ["red", None, "2"]),
    ],
)
def test_a_column_is_the_first_kind_that_all_its_cells_are(cells, values):
    assert understand(pa.chunked_array([[cell.encode() for cell in cells]])).to_pylist() == values


def test_what_is_no_text_is_told():
    with pytest.raises(ColumnError, match="is not UTF-8 text"):
        understand(pa.chunked_array([[b"Gr\xfcn"]]))
