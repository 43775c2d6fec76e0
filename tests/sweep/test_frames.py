"""A data frame from Python becomes a file of the home, and a study of it is swept as any other."""

import pandas as pd
import pyarrow as pa
import pytest

from nnjax.data.own_table import FileSource, read_own_table
from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.refusal import RefusedError
from nnjax.sweep.frames import keep_frame
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

COLUMNS = {"x": [0.5 * n for n in range(40)], "word": ["a", "b", "c", None] * 10, "y": [n % 7 for n in range(40)]}
STUDY = """
question = "Does depth help?"
[data]
target = "y"
[replicates]
splits = 4
[studied]
depth = [1, 2]
[fixed]
missing_values = "own_level"
width = 4
epochs = 2
batch_size = "full"
"""


def test_frames_of_several_libraries_are_one_table(tmp_path):
    tables = []
    for frame in (pd.DataFrame(COLUMNS), pa.table(COLUMNS)):
        path = keep_frame(frame, tmp_path)
        assert keep_frame(frame, tmp_path) == path
        tables.append(read_own_table(FileSource(path, ("y",))))
    assert tables[0].digest == tables[1].digest
    assert tables[0].columns[1].words == ("a", "b", "c")


@pytest.mark.parametrize("other", [7, {"x": [1]}, [[1.0]]])
def test_what_is_no_frame_is_refused(tmp_path, other):
    if isinstance(other, dict):
        assert keep_frame(other, tmp_path).exists(), "columns by their names are a table"
        return
    with pytest.raises(RefusedError, match=r"data: a \w+ is no table .*; give a frame of pandas or polars"):
        keep_frame(other, tmp_path)


def test_a_study_of_a_frame(tmp_path, engine_here):
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    options = SweepOptions(executor="serial", is_tracked=False, is_reported=False)
    outcome = sweep_study(path, tmp_path, options, say=lambda _: None, data=pd.DataFrame(COLUMNS))
    assert outcome.summary.trained == 8
    [file] = (tmp_path / "journal" / "frames").iterdir()
    space = expand(load_study(path, [f"data.file={file}"]))
    with pytest.raises(RefusedError, match="the study is expanded, with a table of its own"):
        sweep_study(space, tmp_path, options, data=pd.DataFrame(COLUMNS))
