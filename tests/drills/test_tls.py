"""Certificates of both sides by the documented commands: the same numbers, and strangers who are refused."""

from pathlib import Path

import pytest
from fakes.certificates import make_certificates, variables
from fakes.documented import at, commands
from fakes.drill import SECONDS_TO_WAIT, finish, start, wait_for
from fakes.processes import is_open

from nnjax.execution.certificates import CERTIFICATE_REMEDY

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The cluster's certificates."""
    return make(tmp_path / "ours")


@pytest.fixture
def lines(folder: Path, address: str) -> list[str]:
    """The documented commands for scheduler, worker and head."""
    return [at(address, line.replace("~/.nnjax-certificates", str(folder))) for line in commands("Certificates")]


def make(folder: Path) -> Path:
    made = make_certificates(folder)
    assert made.returncode == 0, made.stderr
    return folder


def head(line: str, home: Path, **more: str) -> tuple[int, str]:
    """What comes of the documented sweep, in a shell with some variables."""
    words = line.partition("; ")[2].replace("experiments/quick.toml", str(home / "drill.toml")).split()[1:]
    return finish(start("-m", "nnjax.cli", *words, "--home", home, **more))


def test_certificates_of_both_sides(shell, lines, folder, home, address, tmp_path, assert_unharmed):
    scheduler, worker, sweep = lines
    shell(scheduler)
    wait_for(lambda: is_open(address))
    theirs = make(tmp_path / "theirs")
    strangers = [shell(worker.partition("; ")[2]), shell(worker.replace(str(folder), str(theirs)))]
    words = sweep.replace("experiments/quick.toml", str(home / "drill.toml"))
    head = shell(f"{words} --home {home} >{tmp_path}/said".replace("; ", "; PYTHONUNBUFFERED=1 ", 1))
    wait_for(lambda: all(each.poll() is not None for each in strangers))
    assert all(each.returncode != 0 for each in strangers)
    wait_for(lambda: "waiting" in (tmp_path / "said").read_text(), head)
    told = f"dask worker tls://{address} --nthreads 1; one without the cluster's certificate is refused"
    assert f"No worker at tls://{address}: waiting. Start some: {told}\n" in (tmp_path / "said").read_text()
    shell(worker)
    assert head.wait(SECONDS_TO_WAIT) == 0
    assert_unharmed(home, "Dask over TLS; two workers without its certificate first", 1, told)


def test_strangers_are_refused_with_one_line(shell, lines, folder, home, address, tmp_path):
    scheduler, _, sweep = lines
    shell(scheduler)
    wait_for(lambda: is_open(address))
    other = make(tmp_path / "theirs")
    ours = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(folder / "ca.pem")}
    at_scheduler = f"the scheduler at tls://{address}"
    for variables_here, sentence in (
        (
            {},
            f"tls://{address} asks for a certificate, and Dask has no distributed.comm.tls.ca-file and no "
            f"distributed.comm.tls.client.cert; {CERTIFICATE_REMEDY}",
        ),
        (
            variables(other),
            f"the certificate of {at_scheduler} is not accepted here "
            f"(self-signed certificate in certificate chain); {CERTIFICATE_REMEDY}",
        ),
        (
            variables(other) | ours,
            f"{at_scheduler} hangs up on us: it is ending, or refuses our certificate {other}/node.pem, "
            f"which is of another authority or too old; {CERTIFICATE_REMEDY}",
        ),
    ):
        assert head(sweep, home, **variables_here) == (2, f"{sentence}; nothing trained is lost\n")
    code, said = head(sweep.replace("tls://", "tcp://"), home)
    assert (code, said) == (
        2,
        f"the scheduler at tcp://{address} hangs up on us; if it was started with certificates, "
        "write tls://…; nothing trained is lost\n",
    )
    assert not list(home.rglob("*.parquet"))
