"""`nnjax audit` on a real sweep: clean as it is, and each planted fault is found."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fakes.command import nnjax

from nnjax.sweep.journal.parquet import open_checksummed_parquet, to_checksummed_parquet
from nnjax.tracking.artifact_place import settle_artifacts

pytestmark = pytest.mark.slow

STUDY = """
question = "Is it true?"
[data]
name = "diabetes"
[replicates]
splits = 4
[studied]
activation = ["relu", "tanh"]
[fixed]
depth = 1
width = 4
epochs = 4
batch_size = "full"
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A home with a sweep of eight runs, tracked and reported."""
    home = tmp_path_factory.mktemp("swept")
    (home / "eight.toml").write_text(STUDY)
    done = nnjax("sweep", home / "eight.toml", home=home)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def home(swept, tmp_path):
    """A copy of it, to be spoilt; its artifacts are looked for where it lies."""
    copy = Path(shutil.copytree(swept, tmp_path / "home", copy_function=shutil.copy2))
    assert settle_artifacts(f"sqlite:///{copy / 'mlflow.db'}", copy)
    return copy


def audited(home, sample=1):
    return nnjax("audit", home / "eight.toml", "--sample", sample, "--seed", 3, home=home)


def test_a_sweep_as_it_is_is_clean_and_the_report_says_so(home):
    done = audited(home, sample=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok   ") == 7 and "Clean: 7 of 7 looks were fine (sample of seed 3)." in done.stdout
    assert done.stdout.count("bitwise the same") == 2
    assert nnjax("report", home / "eight.toml", home=home).returncode == 0
    assert "and clean:" in (home / "reports" / "eight" / "method.html").read_text()


CLAIM = """
[[claims]]
name = "relu-beats-tanh"
sentence = "relu beats tanh."
kind = "beats"
margin = 0.0001
a = {activation = "relu"}
b = {activation = "tanh"}
"""


def test_runs_that_were_added_to_decide_claims_are_audited_too(tmp_path):
    (tmp_path / "eight.toml").write_text(
        STUDY.replace("[fixed]", '[fixed]\noptimizer = "adam"\ninitializer = "auto"\nl2 = 0.0') + CLAIM
    )
    done = nnjax("sweep", tmp_path / "eight.toml", "--until-decided", "--budget", 0.5, home=tmp_path)
    assert done.returncode == 0 and "more runs" in done.stdout, done.stdout + done.stderr
    tables = tmp_path / "reports" / "eight" / "tables"
    added = pd.read_csv(tables / "added-runs.csv")
    assert len(pd.read_csv(tables / "runs.csv")) == 8 and len(added) >= 8
    whole = 8 + len(added)
    done = audited(tmp_path, sample=3)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{whole} of {whole} planned runs are there" in done.stdout and done.stdout.count(f"{whole} runs, ") == 2
    assert "--until-decided" in (tmp_path / "reports" / "eight" / "method.html").read_text()


def test_a_number_changed_in_mlflow_is_found(home):
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        query = (
            "UPDATE latest_metrics SET value = value + 1e-5 WHERE key = 'test_r2' AND run_uuid = "
            "(SELECT run_uuid FROM tags WHERE key = 'nnjax.kind' AND value = 'run' LIMIT 1)"
        )
        assert store.execute(query).rowcount == 1
        store.commit()
    done = audited(home)
    assert done.returncode == 1
    assert "WRONG MLflow's copies against the journal" in done.stdout and "1 differs: test_r2 of run" in done.stdout


def test_a_number_changed_in_the_report_is_found(home):
    path = home / "reports" / "eight" / "tables" / "runs.csv"
    lines = path.read_text().splitlines()
    column = lines[0].split(",").index("test_r2")
    cells = lines[3].split(",")
    cells[column] = str(float(cells[column]) + 0.001)
    path.write_text("\n".join([*lines[:3], ",".join(cells), *lines[4:]]) + "\n")
    done = audited(home)
    assert done.returncode == 1 and "WRONG The report's table of runs against the journal" in done.stdout


def test_a_number_changed_on_a_page_is_found_and_named(home):
    assert audited(home).returncode == 0
    path = home / "reports" / "eight" / "scores.html"
    changed, count = re.subn(r'(<td class="n">)\d+\.\d+(</td>)', r"\g<1>7.77\g<2>", path.read_text(), count=1)
    path.write_text(changed)
    done = audited(home)
    assert count == 1 and done.returncode == 1
    (wrong,) = (line for line in done.stdout.splitlines() if line.startswith("WRONG"))
    assert "1 differs: scores.html, table " in wrong and "'7.77' stands there" in wrong
    assert f"`nnjax report {home / 'eight.toml'} --home {home}` writes it again" in wrong


def test_a_number_changed_in_the_journal_under_a_sound_checksum_is_found(home):
    path = next((home / "journal").glob("[!.]*.parquet"))
    table = open_checksummed_parquet(path.read_bytes()).read()
    values = np.array(table["test_r2"].to_pylist()) + 0.01
    place = table.column_names.index("test_r2")
    path.write_bytes(to_checksummed_parquet(table.set_column(place, "test_r2", pa.array(values))))
    done = audited(home, sample=8)
    assert done.returncode == 1
    assert "ok    The journal's checksums" in done.stdout
    assert "WRONG MLflow's copies" in done.stdout and "WRONG The report's table of runs" in done.stdout
    assert f"differs, most in test_r2, by {0.01:.3g}" in done.stdout


def test_a_flipped_bit_in_the_journal_is_found(home):
    path = next((home / "journal").glob("[!.]*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    done = audited(home)
    assert done.returncode == 1 and "WRONG The journal's checksums" in done.stdout


def test_a_store_that_is_not_there_is_one_line(home):
    done = nnjax("audit", home / "eight.toml", "--tracking-uri", "htp://nowhere", home=home)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("content", [None, "", "not,the,table\n1,2,3\n"])
def test_a_report_whose_table_is_spoilt_is_a_line_and_no_traceback(home, content):
    path = home / "reports" / "eight" / "tables" / "runs.csv"
    path.unlink() if content is None else path.write_text(content)
    done = audited(home)
    assert done.returncode == 1 and "WRONG The report's table of runs against the journal: it cannot" in done.stdout
    assert not done.stderr


def test_a_store_that_is_no_database_is_one_line(home):
    (home / "mlflow.db").write_bytes(b"no database at all, but long enough to be read as the head of one" * 40)
    done = audited(home)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
