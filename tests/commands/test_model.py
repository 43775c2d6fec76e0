import io
import sys

import pytest
from fakes.command import nnjax
from fakes.served_models import mixed_model, mixed_rows
from pyarrow import csv, table

from nnjax.cli import main
from nnjax.model.standalone import Model


@pytest.fixture
def home(tmp_path):
    mixed_model(tmp_path / "models" / "mixed")
    csv.write_csv(table(mixed_rows(5, has_gaps=False)), tmp_path / "t.csv")
    return tmp_path


def test_predictions_are_written_and_counted(home, capsys):
    command = ["predict", "mixed", str(home / "t.csv"), "--out", str(home / "out.csv"), "--home", str(home)]
    assert main([*command, "--level", "0.5", "--keep", "note", "--keep", "y", "--keep", "note"]) == 0
    assert capsys.readouterr().out == f"5 rows predicted, written to {home / 'out.csv'}\n"
    found = csv.read_csv(home / "out.csv").to_pydict()
    expected = Model.load(home / "models" / "mixed").predict(mixed_rows(5, has_gaps=False), "0.5")
    assert [*found] == ["note", "y", *expected]
    assert found["upper"] == expected["upper"].tolist()


@pytest.mark.parametrize("out", [[], ["--out", "-"]])
def test_predictions_are_printed_where_no_file_is_named(out, home, capfdbinary):
    assert main(["predict", str(home / "models" / "mixed"), str(home / "t.csv"), *out]) == 0
    sys.stdout.flush()
    printed = capfdbinary.readouterr()
    assert csv.read_csv(io.BytesIO(printed.out)).num_rows == 5
    assert printed.err == b"5 rows predicted\n"


def test_what_is_in_the_way_is_said_a_line_each(home):
    (home / "t.csv").write_text("Size,count\n1,2\n")
    answered = nnjax("predict", "mixed", home / "t.csv", "--out", home / "out.csv", home=home)
    assert (answered.returncode, answered.stdout) == (2, "")
    assert answered.stderr.count("\n") == 4 and "rename 'Size' if it is meant" in answered.stderr
    assert not (home / "out.csv").exists()
    answered = nnjax("predict", "other", home / "t.csv", home=home)
    assert answered.returncode == 2 and answered.stderr.endswith("there are mixed\n")
