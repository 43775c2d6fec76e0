import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from nnjax.model.predictions_file import check_out, predictions_file
from nnjax.refusal import RefusedError

BLOCK = pa.table({"id": ['a"b', "c,d"], "prediction": [0.1, 1e-300], "in_set_x": [True, False]})
TEXT = '"id","prediction","in_set_x"\n"a""b",0.1,true\n"c,d",1e-300,false\n'


def write_half(out, problem):
    with predictions_file(out, BLOCK.schema) as write:
        write(BLOCK)
        raise problem


def test_a_file_is_whole_or_not_there(tmp_path):
    out = tmp_path / "out.csv"
    with predictions_file(out, BLOCK.schema) as write:
        write(BLOCK)
        assert not out.exists()
    assert out.read_text() == TEXT
    with pytest.raises(KeyboardInterrupt):
        write_half(out, KeyboardInterrupt())
    assert out.read_text() == TEXT and os.listdir(tmp_path) == ["out.csv"]


def test_parquet_keeps_types(tmp_path):
    with predictions_file(tmp_path / "out.parquet", BLOCK.schema) as write:
        write(BLOCK)
        write(BLOCK)
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet") == pa.concat_tables([BLOCK, BLOCK])


def test_standard_output_gets_all_or_nothing(capfdbinary):
    with predictions_file(None, BLOCK.schema) as write:
        write(BLOCK)
        sys.stdout.flush()
        assert capfdbinary.readouterr().out == b""
    assert capfdbinary.readouterr().out == TEXT.encode()
    with pytest.raises(RefusedError, match="row 3"):
        write_half(None, RefusedError("row 3"))
    assert capfdbinary.readouterr().out == b""


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    with predictions_file(tmp_path / "link.csv", BLOCK.schema) as write:
        write(BLOCK)
    assert (tmp_path / "link.csv").is_symlink() and (tmp_path / "real.csv").read_text() == TEXT


def test_a_device_is_never_replaced(tmp_path):
    (tmp_path / "null.csv").symlink_to("/dev/null")
    with pytest.raises(RefusedError, match="is there, and is no file"):
        check_out(tmp_path / "null.csv", tmp_path / "t.csv")
    check_out(None, Path("t.csv"))


def test_what_the_disk_says_names_the_file(tmp_path):
    with pytest.raises(OSError, match=r"nowhere/out\.csv"):
        write_half(tmp_path / "nowhere" / "out.csv", AssertionError())
