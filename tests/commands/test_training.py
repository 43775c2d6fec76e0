"""What cannot be meant is refused before anything is trained."""

import pytest

from nnjax.cli import main, make_parser


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--address", "head:8786"], "--address head:8786: write tcp://host:8786, tls://…, or a scheduler's file"),
        (["--address", "gone.json"], "--address gone.json: no such file; dask scheduler --scheduler-file writes it"),
        (["--address", "tcp://h:1", "--executor", "threads"], "--executor threads runs on this machine; leave it out"),
        (["--resource", "GPU=1"], "--resource: only workers at an --address have resources; give both, or neither"),
    ],
)
def test_a_cluster_that_cannot_be_meant(words, message, tmp_path, capsys):
    assert main(["sweep", "experiments/quick.toml", "--home", str(tmp_path), *words]) == 2
    assert message in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_no_scheduler_at_the_address(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("nnjax.execution.dask_cluster.SECONDS_TO_CONNECT", 1)
    words = ["--set", "kernels=xla", "--home", str(tmp_path), "--address", "tcp://127.0.0.1:9"]
    assert main(["sweep", "experiments/quick.toml", *words]) == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_what_a_worker_must_offer_is_a_name_and_an_amount():
    words = ["sweep", "x.toml", "--resource", "GPU=1", "--resource", "memory=0.5"]
    assert dict(make_parser().parse_args(words).resources) == {"GPU": 1.0, "memory": 0.5}
