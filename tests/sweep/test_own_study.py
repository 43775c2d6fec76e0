"""A study of one's own table: found beside the study, checked before anything runs, trained again without its file."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.rows import fake_row
from sklearn.metrics import r2_score

from nnjax.claims.rounds import grown_space
from nnjax.cli import main
from nnjax.statistics.power import Design
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.tables import keep_table
from nnjax.sweep.notices import find_notices
from nnjax.sweep.other_engines import left_behind
from nnjax.sweep.rerun import RerunError, rerun
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand, run_ids, sweep_id
from nnjax.sweep.study.study import Study, StudyError, load_study

STUDY = """
question = "Does depth help?"
[data]
file = "prices.csv"
target = "price"
[replicates]
splits = 4
[studied]
depth = [1, 2]
[fixed]
width = 4
epochs = 3
batch_size = "full"
"""


def table(folder: Path, factor: int = 3) -> Path:
    """A table of 40 rows: a number, a word, a price."""
    rows = [f"{n},{'old' if n % 3 else 'new'},{factor * n + n % 7}" for n in range(40)]
    path = folder / "prices.csv"
    path.write_text("\n".join(["size,state,price", *rows]) + "\n")
    return path


def study(folder: Path, *overrides: str, text: str = STUDY) -> Study:
    folder.mkdir(exist_ok=True)
    (folder / "prices.toml").write_text(text)
    return load_study(folder / "prices.toml", overrides)


def refusal(folder: Path, *overrides: str, text: str = STUDY) -> str:
    with pytest.raises(StudyError) as error:
        study(folder, *overrides, text=text)
    return str(error.value).removeprefix(f"{folder}/prices.toml: ")


def test_the_table_lies_beside_the_study_or_where_one_is(tmp_path, monkeypatch):
    table(tmp_path)
    beside = expand(study(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    assert "data.file = 'prices.csv': no such file" in refusal(elsewhere)
    monkeypatch.chdir(tmp_path)
    here = expand(study(elsewhere))
    assert here.table.name == "prices.csv"
    assert here.table.feature_names == ("size", "state = old")
    assert sweep_id(here) == sweep_id(beside), "where a table lies is no part of what is asked"


def test_columns_of_rounding_are_told_and_part_of_the_identity(tmp_path, engine_here):
    path = table(tmp_path)
    before = expand(study(tmp_path))
    lines = path.read_text().splitlines()
    sums = ["sum", *("0.30000000000000004" if n % 2 else "0.3" for n in range(40))]
    far = ["far", *("3.0" if n == 7 else f"{n % 5}e-17" for n in range(40))]
    path.write_text("\n".join(",".join(row) for row in zip(lines, sums, far, strict=True)))
    space = expand(study(tmp_path))
    assert {replicate.rounded for replicate in before.replicates} == {()}
    assert {replicate.rounded for replicate in space.replicates} == {(2,)}
    (rounding, distant) = [notice for notice in find_notices(space) if "column" in notice]
    assert "Constant but for rounding in the training rows of 4 of 4 splits" in rounding and "column 'sum';" in rounding
    assert "column 'far'; look at that row" in distant
    run = space.runs[0]
    decided, undecided = run_ids(
        run.cell, [run.replicate, replace(run.replicate, rounded=())], space.table.digest, engine=None
    )
    assert run.run_id == decided != undecided
    Journal(tmp_path).append([fake_row(run.run_id) | {"engine": "3"} for run in expand(space.study, "3").runs])
    assert left_behind(space, Journal(tmp_path))[0].startswith(f"{len(space.runs)} runs of this study are in the")
    (tmp_path / "journal").rename(tmp_path / "before")
    run_sweep(expand(study(tmp_path, "depth=[0]")), tmp_path, "serial")
    assert left_behind(expand(study(tmp_path, "depth=[0]")), Journal(tmp_path)) == ()
    [row] = Journal(tmp_path).read(["replicate", "test_r2"]).to_pylist()[:1]
    assert json.loads(row["replicate"])["rounded"] == [2]
    assert rerun(tmp_path, row["run_id"]).agrees


def test_a_table_named_on_the_command_line_is_the_same_table(tmp_path):
    table(tmp_path)
    (tmp_path / "other").mkdir()
    elsewhere = shutil.copy(tmp_path / "prices.csv", tmp_path / "other" / "prices.csv")
    digests = {study(tmp_path, f"data.file={path}").digest() for path in ("prices.csv", f"'{elsewhere}'", elsewhere)}
    assert len(digests) == 1


def test_a_file_that_changes_meanwhile_changes_nothing(tmp_path):
    """What was checked is what is trained; claims are decided on the table that they were first looked at on."""
    path = table(tmp_path)
    claim = '[[claims]]\nname = "c"\nsentence = "c"\nkind = "beats"\na = {depth = 2}\nb = {depth = 1}\n'
    fixed = 'optimizer = "adam"\ninitializer = "auto"\nl2 = 0.0\n'
    read = study(tmp_path, text=STUDY + fixed + claim)
    before = expand(read)
    for change in (lambda: table(tmp_path, 5), path.unlink):
        change()
        assert [run.run_id for run in expand(read).runs] == [run.run_id for run in before.runs]
        grown = grown_space(before, {"c": Design(8, 1)})
        assert len(grown.runs) == 16
        assert {run.run_id for run in before.runs} < {run.run_id for run in grown.runs}


def test_what_was_understood_is_said_before_anything_is_trained(tmp_path, capsys):
    table(tmp_path)
    study(tmp_path)
    assert main(["plan", str(tmp_path / "prices.toml"), "--home", str(tmp_path)]) == 0
    assert "data        prices.csv: 40 rows, regression of price from 2 columns\n" in capsys.readouterr().out


def test_what_else_may_be_meant_is_said_before_anything_is_trained(tmp_path, capsys):
    """In the plan, and on the page of the report, which has the same notices."""
    rows = [f"${n % 3},{['old', 'new'][n % 2]},{n}" for n in range(39)]
    (tmp_path / "prices.csv").write_text("\n".join(["size,state,price", *rows, '$1,"old\nnew",40']) + "\n")
    space = expand(study(tmp_path))
    assert main(["plan", str(tmp_path / "prices.toml"), "--home", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "old\nnew" not in said, "a line break in a word breaks no line"
    for notice in find_notices(space)[-2:]:
        assert f"note        {notice}\n" in said
    assert "1 row has a line break within quotes, the first begins in line 41 of the file." in said
    assert "Column 'size' is read as 3 different words, but '$0' in row 1 may be meant as a number." in said


def test_of_many_doubts_the_first_are_told(tmp_path):
    names = [f"c{n}" for n in range(15)]
    rows = [",".join([f"${n % 4}"] * 15 + [str(n)]) for n in range(40)]
    (tmp_path / "prices.csv").write_text("\n".join([",".join([*names, "price"]), *rows]) + "\n")
    told = [notice for notice in find_notices(expand(study(tmp_path))) if "olumn" in notice]
    assert [notice.split()[1] for notice in told[:-1]] == [f"'c{n}'" for n in range(10)]
    assert told[-1] == "5 more columns of prices.csv leave such a doubt."


def test_another_content_is_another_study(tmp_path):
    spaces = []
    for factor in (3, 4):
        table(tmp_path, factor)
        spaces.append(expand(study(tmp_path)))
    assert sweep_id(spaces[0]) != sweep_id(spaces[1])
    assert not {run.run_id for run in spaces[0].runs} & {run.run_id for run in spaces[1].runs}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('file = "prices.csv"', ""), 'data.name: missing; write name = "diabetes", or file = '),
        (('file = "prices.csv"', 'name = "diabetes"'), "data.target = ['price']: diabetes has its own; remove it"),
        (("[data]", '[data]\nname = "diabetes"'), "data.name = 'diabetes': the data set is a file already; remove one"),
        (("[data]", "[data]\nrows = 30"), "data.rows = 30: a file has none; remove it"),
        (('target = "price"', ""), "data.target: missing; write target"),
        (('target = "price"', 'target = "prize"'), "data.target = ['prize']: there is no column 'prize'; columns: '"),
        (('target = "price"', "target = 3"), "data.target = 3: needs the name of a column, or a list of names"),
        (('target = "price"', 'target = ["a", "a"]'), "data.target = ['a', 'a']: the column 'a' stands twice"),
        (("[data]", '[data]\ntask = "regresion"'), "data.task = 'regresion': unknown task; did you mean 'regression'?"),
        (("[data]", '[data]\nfeatures = ["size", "price"]'), "data.features = ['size', 'price']: column 'price' is"),
        (
            ("[data]", "[data]\npolynomial_degree = 9"),
            "data.polynomial_degree = 9: too large; write a whole number",
        ),
        (('file = "prices.csv"', 'file = "."'), "data.file = '.': no such file, beside the study or where you are"),
        (
            ('file = "prices.csv"', 'file = "prices.toml"'),
            ".toml is not a kind of table; save it as .csv",
        ),
        (('file = "prices.csv"', r'file = "\u0000"'), "no such file, beside the study or where you are"),
    ],
)
def test_what_does_not_fit_is_one_line(tmp_path, change, message):
    table(tmp_path)
    assert STUDY.count(change[0]) == 1
    said = refusal(tmp_path, text=STUDY.replace(*change))
    assert message in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("labels", "named"),
    [(["1", "2", "3", "4"], "class '4' has"), (["artefact", "b", "c", "d"][::-1], "class 'artefact' has")],
)
def test_too_rare_a_class_is_named_by_its_label(tmp_path, labels, named):
    rows = [f"{n},{labels[3 if n < 3 else n % 3]}" for n in range(60)]
    (tmp_path / "prices.csv").write_text("\n".join(["size,price", *rows]) + "\n")
    message = refusal(tmp_path, "data.task=classification")
    assert message.startswith(f"data.target = ['price']: {named} 3 of 60 rows, too few to be among")


def test_the_tables_task_decides_what_a_claim_can_be_about(tmp_path):
    table(tmp_path)
    claim = (
        '[[claims]]\nname = "c"\nsentence = "c"\nkind = "beats"\na = {depth = 2}\nb = {depth = 1}\nmetric = "test_r2"\n'
    )
    fixed = 'optimizer = "adam"\ninitializer = "auto"\nl2 = 0.0\n'
    text = STUDY.replace('"price"', '"state"') + fixed + claim
    assert "prices.csv is for classification, which has no test_r2" in refusal(tmp_path, text=text)


def test_a_run_is_trained_again_though_the_file_is_gone(tmp_path):
    path = table(tmp_path)
    space = expand(study(tmp_path))
    assert run_sweep(space, tmp_path, "serial").missing == 0
    path.unlink()
    run_id = space.runs[0].run_id
    comparison = rerun(tmp_path, run_id)
    assert comparison.agrees, comparison.describe()
    kept = keep_table(tmp_path, space.table)
    kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(RerunError, match=r"npz: damaged \("):
        rerun(tmp_path, run_id)
    shutil.rmtree(tmp_path / "journal" / "tables")
    with pytest.raises(RerunError, match=r"table prices\.csv of run .* is not in journal/tables; restore it"):
        rerun(tmp_path, run_id)


def test_whatever_a_target_is_trained_as_it_is_scored_in_its_own_unit(tmp_path):
    table(tmp_path)
    plain = expand(study(tmp_path))
    space = expand(study(tmp_path, text=STUDY.replace("depth = [1, 2]", 'target_scale = ["as_is", "log", "quantile"]')
                         + "depth = 1\n"))  # fmt: skip
    assert {run.run_id for run in plain.runs} & {run.run_id for run in space.runs}, "as it is, it is what it was"
    assert run_sweep(space, tmp_path, "serial").missing == 0
    names = [f"{part}_{name}" for part in ("test", "validation") for name in ("r2", "prediction")]
    rows = {
        row["run_id"]: row for row in Journal(tmp_path).read([*names, "fit_validation_r2", "best_epoch"]).to_pylist()
    }
    for run in space.runs:
        row, split = rows[run.run_id], space.splits[run.replicate.split]
        for part in ("test", "validation"):
            theirs = r2_score(space.table.target[getattr(split, part), 0], row[f"{part}_prediction"])
            assert row[f"{part}_r2"] == pytest.approx(theirs, abs=1e-4)
        is_own = run.cell.configuration.target_scale == "as_is"
        assert (row["validation_r2"] == row["fit_validation_r2"][row["best_epoch"]]) == is_own
    assert rerun(tmp_path, space.runs[-1].run_id).agrees


def test_the_same_numbers_are_the_same_runs_whatever_they_are_called(tmp_path):
    """Iris from the file, and iris by name."""
    example = Path("experiments/own-table.toml")
    mine = expand(load_study(example))
    (tmp_path / "iris.toml").write_text(example.read_text().replace('file = "iris.csv"', 'name = "iris"').replace(
        'target = "species"', ""))  # fmt: skip
    assert [run.run_id for run in expand(load_study(tmp_path / "iris.toml")).runs] == [run.run_id for run in mine.runs]


def test_the_journal_says_which_table_it_was(tmp_path):
    table(tmp_path)
    space = expand(study(tmp_path))
    run_sweep(space, tmp_path, "serial")
    rows = Journal(tmp_path).read(["data", "data_digest"]).to_pylist()
    assert {(row["data"], row["data_digest"]) for row in rows} == {("prices.csv", space.table.digest)}


WEIGHTED = STUDY.replace('target = "price"', 'target = "price"\nweight = "size"')


def weighted_table(folder: Path) -> None:
    """A table whose first column is no feature, but what its rows count."""
    rows = [f"{1 + n % 4},{'old' if n % 3 else 'new'},{n % 11},{3 * n + n % 7}" for n in range(40)]
    (folder / "prices.csv").write_text("\n".join(["size,state,age,price", *rows]) + "\n")


def test_weights_make_other_runs_and_none_makes_what_there_was(tmp_path):
    weighted_table(tmp_path)
    plain, other = expand(study(tmp_path)), expand(study(tmp_path, text=WEIGHTED))
    assert not {run.run_id for run in plain.runs} & {run.run_id for run in other.runs}
    assert plain.study.digest() != other.study.digest()
    assert "weight" not in plain.study.data.record()
    assert other.table.feature_names == ("state = old", "age") and other.table.weights is not None
    notices = find_notices(other)
    assert any("what column 'size' says" in notice for notice in notices)


def test_a_weighted_run_is_trained_again_from_what_was_kept(tmp_path, engine_here):
    weighted_table(tmp_path)
    space = expand(study(tmp_path, text=WEIGHTED))
    run_sweep(space, tmp_path, "serial")
    (tmp_path / "prices.csv").unlink()
    comparison = rerun(tmp_path, space.runs[0].run_id)
    assert comparison.agrees, comparison.describe()


def test_a_data_set_with_a_name_has_no_weights(tmp_path):
    text = STUDY.replace('file = "prices.csv"\ntarget = "price"', 'name = "diabetes"\nweight = "age"')
    assert refusal(tmp_path, text=text) == ("data.weight = 'age': diabetes has none; remove it, or write file = …")
    weighted_table(tmp_path)
    assert refusal(tmp_path, "data.weight=sise").startswith("data.weight = 'sise': there is no column 'sise'")


def test_the_class_that_is_looked_for_makes_another_study_only_where_it_is_named(tmp_path):
    rows = "\n".join(f"{n},{'old' if n % 3 else 'new'},{n % 7}" for n in range(40))
    (tmp_path / "prices.csv").write_text(f"size,state,price\n{rows}\n")
    text = STUDY.replace('"price"', '"state"')
    plain, looked_for = study(tmp_path, text=text), study(tmp_path, 'data.positive="new"', text=text)
    assert "positive" not in plain.data.record() and looked_for.data.record()["positive"] == "new"
    assert (plain.table.class_names, looked_for.table.class_names) == (("new", "old"), ("old", "new"))
    assert not {run.run_id for run in expand(plain).runs} & {run.run_id for run in expand(looked_for).runs}
    said = refusal(tmp_path, 'data.positive="ne"', text=text)
    assert said == "data.positive = 'ne': no such class; write 'new' or 'old'"
    iris = STUDY.replace('file = "prices.csv"\ntarget = "price"', 'name = "iris"\npositive = "x"')
    named = refusal(tmp_path, text=iris)
    assert named == "data.positive = 'x': iris has its own; remove it, or write file = …"
