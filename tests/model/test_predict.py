"""A table of any kind predicted block by block, against `Model.predict` on its cells as Python has them."""

import csv
import io
import random
import subprocess
import sys
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest
from fakes.model_folders import described, document_of, number_columns, plain_preparation, random_arrays, write_folder
from fakes.served_models import mixed_model, mixed_rows

from nnjax.data import table_blocks
from nnjax.data.own_table import ENDINGS
from nnjax.model.folders import load_fitted
from nnjax.model.predict import nearest_name, predict_table
from nnjax.refusal import RefusedError

ROWS = 100


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A regression, a classification, and one that refuses gaps and other words."""
    folder = tmp_path_factory.mktemp("models")
    shapes = {"regression": {}, "classes": {"classes": ("no", "yes", "it, depends")}, "strict": {"is_strict": True}}
    return {name: load_fitted(mixed_model(folder / name, **shape)) for name, shape in shapes.items()}


def write_as_text(path, columns, delimiter=","):
    """With what a person's program may write: a mark, quotes, words for nothing, blanks around numbers."""
    gaps, draw = ["", "NA", " "], random.Random(1)

    def shown(cell):
        if cell is None:
            return draw.choice(gaps)
        if isinstance(cell, bool):
            return draw.choice({True: ["true", "1", "TRUE"], False: ["false", "0"]}[cell])
        if isinstance(cell, datetime):
            return draw.choice([str(cell), cell.isoformat(), f"{cell.isoformat()}Z"])
        return draw.choice([f" {cell!r}", f"{cell!r}\t"]) if isinstance(cell, float) else str(cell)

    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([*map(shown, row)] for row in zip(*columns.values(), strict=True))
    with pa.output_stream(path, compression={".gz": "gzip", ".zst": "zstd"}.get(path.suffix)) as file:
        file.write(b"\xef\xbb\xbf" + text.getvalue().encode())


def written(path, columns):
    """A file of the kind that its name says."""
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pa.table(columns), path, row_group_size=33)
    elif path.suffix in (".arrow", ".feather"):
        pyarrow.feather.write_feather(pa.table(columns), path, chunksize=17)
    else:
        write_as_text(path, columns, "\t" if ".tsv" in path.name else ";")
    return path


def predicted(model, table, name="out.parquet", **options):
    """The predictions of a table, read again: name -> cells."""
    out = table.with_name(name)
    rows, _ = predict_table(model, table, out, **options)
    read = pyarrow.csv.read_csv if name.endswith(".csv") else pyarrow.parquet.read_table
    found = read(out)
    assert len(found) == rows
    assert not [path for path in out.parent.iterdir() if path.name.startswith(".tmp")]
    return found.to_pydict()


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_kind_of_file_gives_what_its_cells_give(ending, models, tmp_path, monkeypatch):
    monkeypatch.setattr(table_blocks, "BLOCK_ROWS", 30)
    columns = mixed_rows(ROWS)
    for name in ("regression", "classes"):
        expected = {key: values.tolist() for key, values in models[name].predict(columns).items()}
        assert predicted(models[name], written(tmp_path / f"table{ending}", columns)) == expected


def test_a_csv_file_holds_the_numbers_to_their_last_place(models, tmp_path):
    columns = mixed_rows(ROWS)
    expected = {key: values.tolist() for key, values in models["classes"].predict(columns).items()}
    table = written(tmp_path / "table.csv", columns)
    assert predicted(models["classes"], table, "out.csv") == expected


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".arrow"])
@pytest.mark.parametrize("rows", [0, 1])
def test_one_row_is_enough_and_none_gives_the_header(rows, ending, models, tmp_path):
    columns = mixed_rows(rows, has_gaps=False)
    if not rows:
        columns = pa.table(mixed_rows(1, has_gaps=False)).slice(0, 0)
        pyarrow.csv.write_csv(columns, tmp_path / "t.csv")
        pyarrow.parquet.write_table(columns, tmp_path / "t.parquet")
        pyarrow.feather.write_feather(columns, tmp_path / "t.arrow")
    table = written(tmp_path / f"t{ending}", columns) if rows else tmp_path / f"t{ending}"
    found = predicted(models["regression"], table)
    assert [*found] == ["prediction", "lower", "upper"] and {len(cells) for cells in found.values()} == {rows}
    assert (tmp_path / "out.parquet").exists()
    predict_table(models["regression"], table, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == '"prediction","lower","upper"'


def test_columns_are_found_by_name_and_others_may_be_anything(models, tmp_path):
    columns = mixed_rows(ROWS)
    expected = models["regression"].predict(columns)["prediction"].tolist()
    del columns["y"]
    shuffled = {"": ["?"] * ROWS, **dict(reversed(columns.items())), "y ": [[1, 2]] * ROWS}
    for name in ("t.csv", "t.parquet"):
        assert predicted(models["regression"], written(tmp_path / name, shuffled))["prediction"] == expected


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_kept_columns_stand_before_the_predictions_as_they_are(name, models, tmp_path):
    columns = mixed_rows(ROWS) | {"id": [f"{n:03}" for n in range(ROWS)], "day": [str(n) for n in range(ROWS)]}
    found = predicted(models["regression"], written(tmp_path / "t.csv", columns), name, kept=("id", "colour"))
    assert [*found] == ["id", "colour", "prediction", "lower", "upper"]
    if name.endswith(".parquet"):
        assert found["id"] == columns["id"]
    else:
        assert '"007"' in (tmp_path / "out.csv").read_text()
    typed = pa.table(columns).append_column("kind", pa.array(["a", None] * (ROWS // 2)).dictionary_encode())
    pyarrow.parquet.write_table(typed, tmp_path / "t.parquet")
    found = predicted(models["regression"], tmp_path / "t.parquet", name, kept=("kind", "sold"))
    assert [found["kind"][0], found["sold"]] == ["a", columns["sold"]]


def test_a_level_changes_the_intervals_alone(models, tmp_path):
    columns = mixed_rows(ROWS)
    expected = models["regression"].predict(columns, "0.5")
    found = predicted(models["regression"], written(tmp_path / "t.csv", columns), level="0.5")
    assert found["upper"] == expected["upper"].tolist()


def refused(model, table, **options):
    """What is said, a line each; nothing is written, and what was there stays."""
    out = table.with_name("out.csv")
    out.write_text("kept")
    with pytest.raises(RefusedError) as error:
        predict_table(model, table, options.pop("out", out), **options)
    assert out.read_text() == "kept"
    assert not [path for path in out.parent.iterdir() if path.name.startswith(".tmp")]
    said = [str(each) for each in (error.value, *error.value.others)]
    assert all(each.isprintable() for each in said)
    return said


def test_all_that_is_wrong_with_a_header_is_said_at_once(models, tmp_path):
    columns = mixed_rows(ROWS)
    columns["Colour "] = columns.pop("colour")
    columns["size"] = [str(each) for each in columns["size"]]
    del columns["sold"]
    table = written(tmp_path / "t.parquet", columns)
    assert refused(models["regression"], table, kept=("idd",)) == [
        f"{table}: column 'size' holds string where the model has numbers; write numbers in it",
        f"{table}: there is no column 'colour'; rename 'Colour ' if it is meant",
        f"{table}: there is no column 'sold'; columns: 'count', 'note', 'sure', 'size', 'y', 'Colour '",
        f"{table}: there is no column 'idd'; columns: 'count', 'note', 'sure', 'size', 'y', 'Colour '",
    ]


def test_a_column_twice_or_called_as_a_prediction_is_refused(models, tmp_path):
    columns = mixed_rows(ROWS)
    table = written(tmp_path / "t.csv", columns | {"prediction": [0] * ROWS})
    (said,) = refused(models["regression"], table, kept=("prediction",))
    assert said.endswith("predictions have a column 'prediction', too; rename that of the table")
    table.write_text(table.read_text().replace("note", "size", 1))
    assert refused(models["regression"], table) == [f"{table}: 2 columns are called 'size'; rename all but one"]
    table = written(tmp_path / "t.parquet", columns | {"tags": [["a"]] * ROWS})
    (said,) = refused(models["regression"], table, kept=("tags",))
    assert "CSV has no cells for it; write .parquet" in said


CELLS = [
    ("size", "1,5", "column 'size', row 77: '1,5' is no number; write a number with a decimal point"),
    ("size", "007", "column 'size', row 77: '007' is a code, no number; write"),
    ("size", "inf", "column 'size', row 77: inf lies beyond 1e+150; write a finite number"),
    ("sure", "yes", "column 'sure', row 77: 'yes' is neither true nor false; write true or false"),
    ("sold", "1.5.2020", "column 'sold', row 77: '1.5.2020' is no date; write it as 2026-11-30"),
    ("colour", "pink", "column 'colour', row 77: 'pink' is none of its words '007', '1', 'größe'"),
    ("colour", "", "column 'colour', row 77: "),
    ("size", "NA", "column 'size', row 77: "),
    ("sold", " ", "column 'sold', row 77: "),
]


@pytest.mark.parametrize(("column", "cell", "said"), CELLS)
def test_a_cell_without_a_meaning_is_named(column, cell, said, models, tmp_path, monkeypatch):
    monkeypatch.setattr(table_blocks, "BLOCK_ROWS", 30)
    columns = mixed_rows(ROWS, has_gaps=False)
    columns[column][76] = cell
    table = tmp_path / "t.csv"
    write_as_text(table, columns)
    (told,) = refused(models["strict"], table)
    assert told.startswith(f"{table}: {said}")
    if cell.strip() in ("", "NA"):
        assert told.endswith("is a gap, and the model was fitted to fill none there; fill it")


def test_gaps_and_other_words_are_what_the_model_says(models, tmp_path):
    columns = mixed_rows(3) | {"colour": ["pink", None, "1"], "size": [None, 1.0, 2.0]}
    expected = models["regression"].predict(columns)["prediction"].tolist()
    assert predicted(models["regression"], written(tmp_path / "t.csv", columns))["prediction"] == expected


def test_whole_numbers_and_decimals_are_numbers_too(models, tmp_path):
    columns = mixed_rows(20, has_gaps=False)
    expected = models["regression"].predict(columns)["prediction"].tolist()
    typed = pa.table(columns)
    for kind in (pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(25, 3)):
        changed = typed.drop_columns(["count", "colour"]).append_column("count", typed["count"].cast(kind))
        changed = changed.append_column("colour", typed["colour"].dictionary_encode())
        pyarrow.parquet.write_table(changed, tmp_path / "t.parquet")
        assert predicted(models["regression"], tmp_path / "t.parquet")["prediction"] == expected


def test_a_damaged_table_leaves_nothing_half_written(models, tmp_path, monkeypatch):
    monkeypatch.setattr(table_blocks, "BLOCK_ROWS", 30)
    table = tmp_path / "t.csv"
    write_as_text(table, mixed_rows(ROWS))
    table.write_text(table.read_text() + "1,2\n")
    (said,) = refused(models["regression"], table)
    assert said.startswith(f"{table}: cannot be read: CSV parse error: Row #102: Expected 7 columns, got 2")
    assert refused(models["regression"], tmp_path / "no.csv") == [
        f"{tmp_path / 'no.csv'}: cannot be read: No such file or directory; check the path and its permissions"
    ]


def test_where_nothing_can_be_written_nothing_is_predicted(models, tmp_path):
    table = written(tmp_path / "t.csv", mixed_rows(3))
    assert refused(models["regression"], table, out=table) == [
        f"--out {table}: is the table itself; write another name"
    ]
    assert "unknown kind of file" in refused(models["regression"], table, out=tmp_path / "t.txt")[0]
    (tmp_path / "folder.csv").mkdir()
    assert "is no file" in refused(models["regression"], table, out=tmp_path / "folder.csv")[0]
    nowhere = tmp_path / "nowhere" / "out.csv"
    assert "there is no folder" in refused(models["regression"], table, out=nowhere)[0]


def test_a_level_that_there_cannot_be_is_refused(models, tmp_path):
    table = written(tmp_path / "t.csv", mixed_rows(3))
    assert "does not lie between 0 and 1" in refused(models["regression"], table, level="90")[0]
    assert "is no number" in refused(models["regression"], table, level="high")[0]
    assert "needs 99 rows" in refused(models["regression"], table, level="0.99")[0]
    bare = load_fitted(mixed_model(tmp_path / "bare", folds=0))
    assert refused(bare, table, level="0.9") == ["--level 0.9: the model has no intervals: splits overlap"]
    assert [*predicted(bare, table)] == ["prediction"]


def test_how_far_it_has_come_is_said(models, tmp_path, monkeypatch):
    monkeypatch.setattr(table_blocks, "BLOCK_ROWS", 40)
    said = []
    predict_table(
        models["regression"], written(tmp_path / "t.csv", mixed_rows(ROWS)), tmp_path / "o.csv", say=said.append
    )
    assert said == ["counting the rows", "40 of 100 rows", "80 of 100 rows", "100 of 100 rows"]


def test_blocks_change_no_bit(models, tmp_path):
    """Whatever file they come in, and with whom: the same rows come out of the same blocks."""
    columns = mixed_rows(17_000)
    found = [
        predicted(models["regression"], written(tmp_path / name, columns), "out.parquet")
        for name in ("t.csv", "t.parquet")
    ]
    assert found[0] == found[1]
    np.testing.assert_array_equal(found[0]["lower"], models["regression"].predict(columns)["lower"])


PEAK = """
import pathlib, sys
from nnjax.cli import main
assert main(sys.argv[1:]) == 0
status = pathlib.Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".arrow"])
def test_memory_does_not_grow_with_the_rows(ending, tmp_path):
    """Four times as many rows: 46 MB more of numbers, twice that as text."""
    draws, network, peaks = np.random.default_rng(0), described([10, 8, 1]), []
    taken = {"columns": number_columns(10), "network": network, "preparations": [plain_preparation(10)]}
    folder = write_folder(tmp_path / "m", document_of(**taken), random_arrays("ensemble_0", network, draws))
    for rows in (200_000, 800_000):
        columns = pa.table({f"x{place + 1}": draws.normal(size=rows) for place in range(10)})
        table = tmp_path / f"t{ending}"
        if ending == ".arrow":
            pyarrow.feather.write_feather(columns, table)
        elif ending == ".parquet":
            pyarrow.parquet.write_table(columns, table)
        else:
            with pa.output_stream(table) as file:
                pyarrow.csv.write_csv(columns, file)
        command = ["predict", str(folder), str(table), "--out", str(tmp_path / "out.csv"), "--keep", "x3"]
        done = subprocess.run([sys.executable, "-c", PEAK, *command], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout.splitlines()[-1]))
    assert peaks[1] - peaks[0] < 30, peaks


def test_the_nearest_name_looks_through_case_and_signs():
    assert nearest_name("body mass index", ["BMI", "body_mass-index"]) == "body_mass-index"
    assert nearest_name("body mass index", ["pulse"]) is None
