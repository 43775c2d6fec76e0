"""A sweep by fused operations from its first run to its audit: a small study, trained here."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from fakes.studies import write_small

from nnjax.audit.examine import examine_sample
from nnjax.cli import main
from nnjax.execution.executor import Cluster
from nnjax.results.table import results_table
from nnjax.sweep.chosen_kernels import expand_at
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA, PROVENANCE
from nnjax.sweep.other_engines import runs_of_other_kernels
from nnjax.sweep.rerun import rerun
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space
from nnjax.sweep.study.study import Study, load_study
from nnjax.tracking.address import sqlite_uri

SmallStudy = Callable[..., Study]


def test_a_fused_sweep_goes_on_and_is_checked_to_the_last_bit(
    small_study: SmallStudy, tmp_path: Path, fused: str, engine_here: None
) -> None:
    def space(word: str, splits: int) -> Space:
        return expand_at(small_study(f"kernels={word}", "depth=[2]", f"replicates.splits={splits}"), tmp_path)

    first = run_sweep(space("fused", 4), tmp_path, "serial")
    assert (first.trained, first.missing) == (8, 0)
    more = space("auto", 8)  # goes on with what is there
    again = run_sweep(more, tmp_path, "serial")
    assert (again.reused, again.trained, again.missing) == (8, 8, 0)
    assert set(Journal(tmp_path).column("kernels").values()) == {fused} == {more.kernels}

    assert rerun(tmp_path, more.runs[0].run_id).agrees  # alone, in a chunk of copies
    lines = list(examine_sample([run.run_id for run in more.runs], tmp_path, 2, 0))
    assert [line.seen for line in lines] == ["bitwise the same"] * 2


@pytest.mark.slow
def test_every_command_finds_a_fused_sweep(
    tmp_path: Path, fused: str, engine_here: None, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = [str(write_small(tmp_path)), "--set", "kernels=auto", "--home", str(tmp_path)]
    uri = ["--tracking-uri", sqlite_uri(tmp_path / "mlflow.db")]

    def said(command: str, *words: str) -> str:
        assert main([command, *typed, *words]) == 0
        return capsys.readouterr().out

    assert "kernels     fused operations (" in said("plan")
    assert "Trained 16 of 16 runs" in said("sweep", "--workers", "2", *uri)
    page = tmp_path / "reports" / "small" / "method.html"
    assert "Runs were trained by fused operations (" in page.read_text()
    assert "All 16 runs are in the journal already" in said("sweep", *uri)
    run_ids = sorted(Journal(tmp_path).run_ids())
    assert main(["run", run_ids[0], "--home", str(tmp_path)]) == 0
    audited = said("audit", "--sample", "2", *uri)
    assert audited.count("bitwise the same") == 2 and "WRONG" not in audited
    assert set(pd.read_csv(io.StringIO(said("results")))["kernels"]) == {fused}
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as store:
        told = store.execute("SELECT value, COUNT(*) FROM params WHERE key = 'kernels' GROUP BY value").fetchall()
    assert told == [(fused, 20)]
    assert main(["report", *typed[:1], *typed[:1], *typed[1:], "--other-kernels", "xla"]) == 2
    assert "sweep it first" in capsys.readouterr().err

    ours = expand_at(load_study(typed[0], ["kernels=fused"]), tmp_path)
    plain = expand_at(load_study(typed[0], ["kernels=xla"]), tmp_path)
    assert run_sweep(plain, tmp_path, "serial").trained == 16
    assert runs_of_other_kernels(plain, Journal(tmp_path)) == {fused: 16}
    scores = [results_table(space, Journal(tmp_path))["test_r2"].to_numpy() for space in (ours, plain)]
    np.testing.assert_allclose(*scores, atol=1e-4)  # three steps from the same start, by other sums
    assert (scores[0] != scores[1]).any()


@pytest.mark.slow
def test_workers_of_every_kind_write_the_same_journal(
    small_study: SmallStudy, tmp_path: Path, fused: str, engine_here: None
) -> None:
    study = small_study("kernels=fused")

    def journal(executor: str, cluster: Cluster | None = None) -> list[dict[str, object]]:
        home = tmp_path / f"{executor}{cluster is None}"
        summary = run_sweep(expand_at(study, home), home, executor, 2, cluster=cluster)
        assert (summary.trained, summary.missing) == (16, 0), summary.errors
        rows = Journal(home).read([name for name in JOURNAL_SCHEMA.names if name not in PROVENANCE]).to_pylist()
        return sorted(rows, key=lambda row: str(row["run_id"]))

    def assert_same(rows: list[dict[str, object]]) -> None:
        for row, other in zip(rows, expected, strict=True):
            for name, value in other.items():
                np.testing.assert_array_equal(row[name], value, err_msg=name)

    expected = journal("serial")
    assert {row["kernels"] for row in expected} == {fused}
    for executor in ("threads", "processes", "dask"):
        assert_same(journal(executor))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:  # started by somebody else
        assert_same(journal("dask", Cluster(cluster.scheduler_address)))
