"""`nnjax sync` to MLflow on PostgreSQL with sign-in, from 1, 2 and 4 threads, then killed half-way and called again.

    python benchmarks/team_server.py --home . [--study experiments/diabetes.toml] [--set KEY=VALUE]

The home must have the study's runs in its journal. Each turn sends the study under another name.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mlflow.tracking import MlflowClient

from nnjax.tracking.team_server import running_team_server

CODE = """
import sys
import nnjax.tracking.client_lane as lane
lane.HTTP_THREADS = int(sys.argv[1])
from nnjax.cli import main
sys.exit(main(sys.argv[2:]))
"""


def command(threads: int, name: str, options: argparse.Namespace, uri: str) -> list[str]:
    """A sync by so many threads, under another name of the study."""
    changes = [word for change in (*options.overrides, f"name={name}") for word in ("--set", change)]
    words = ["sync", options.study, "--home", str(options.home), "--tracking-uri", uri, *changes]
    return [sys.executable, "-c", CODE, str(threads), *words]


def count(uri: str, name: str) -> int:
    """Runs of a study that the server has."""
    client = MlflowClient(uri)
    found = [each.experiment_id for each in client.search_experiments() if each.name.endswith(name)]
    total, token = 0, None
    while found:
        page = client.search_runs(found, max_results=1000, page_token=token)
        total, token = total + len(page), page.token
        if not token:
            break
    return total


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path())
    parser.add_argument("--study", default="experiments/diabetes.toml")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's own user passes through
        with running_team_server(Path(folder), 5055) as server:
            for line in server.client_file.read_text("utf-8").splitlines():
                name, _, value = line.partition("=")
                os.environ[name] = value
            for threads in (1, 2, 4):
                began = time.perf_counter()
                done = subprocess.run(
                    command(threads, f"by-{threads}", options, server.address),
                    capture_output=True,
                    text=True,
                    check=True,
                )
                seconds = time.perf_counter() - began
                [written] = re.findall(r"^([\d,]+) runs written", done.stdout, re.MULTILINE)
                runs = int(written.replace(",", ""))
                print(f"{threads} threads: {runs:,} runs in {seconds:.0f} s, {runs / seconds:.1f} a second", flush=True)
            syncing = subprocess.Popen(command(4, "killed", options, server.address), stdout=subprocess.DEVNULL)
            while count(server.address, "killed") < runs // 2:
                time.sleep(0.2)
            syncing.kill()
            syncing.wait()
            half = count(server.address, "killed")
            subprocess.run(command(4, "killed", options, server.address), check=True, stdout=subprocess.DEVNULL)
            print(
                f"killed with {half:,} of {runs:,} there, called again: {count(server.address, 'killed'):,} are there"
            )


if __name__ == "__main__":
    main()
