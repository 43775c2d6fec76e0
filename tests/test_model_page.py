"""The page that goes from a table to served predictions: ten commands, and what each of them leaves behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "model.md").read_text()
COMMANDS = dict(re.findall(r"\*\*(\d+)\.\*\*[^*]*?\n\n    (.+)\n", PAGE))


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL).group(1)


def test_there_are_ten_commands_whose_options_exist(capsys):
    from nnjax.cli import make_parser

    assert list(COMMANDS) == [str(number) for number in range(1, 11)]
    for command in COMMANDS.values():
        if command.startswith("nnjax "):
            assert make_parser().parse_args(command.split()[1:]).command


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder of the page, with its table, rows and study; and how commands are run there."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "flats.toml").write_text(block("toml"))
    here = os.getcwd()
    os.chdir(folder)
    try:
        exec(compile(block("python"), "model.md", "exec"), {})
    finally:
        os.chdir(here)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "nnjax").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nnjax.cli "$@"\n')
    (bin_folder / "nnjax").chmod(0o755)
    path = os.pathsep.join([str(bin_folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])}
    environment.pop("NNJAX_HOME", None)

    def words(number):
        return {"args": COMMANDS[number].replace("5002", port), "shell": True, "cwd": folder, "env": environment}

    return folder, words, f"http://127.0.0.1:{port}"


def run(words, **replaced):
    for name, value in replaced.items():
        words["args"] = words["args"].replace(name, value)
    done = subprocess.run(**words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_ten_commands_lead_from_a_table_to_served_predictions(place):
    folder, words, address = place
    assert "8 to train" in run(words("1"))
    assert COMMANDS["3"].partition(" --register")[0] in run(words("2"))
    assert (folder / "reports" / "flats" / "index.html").is_file()
    assert "registered as flats, version 1" in run(words("3"))
    explained = re.findall(r"^\| (`[^|]+`) \|", PAGE.partition("## What lies in")[2].partition("\n## ")[0], re.M)
    there = {path.name for path in (folder / "models" / "flats").iterdir()}
    assert set(re.findall(r"`([\w.]+)`", " ".join(explained))) == there
    assert run(words("4")) == ""
    run(words("5"))
    predictions = pd.read_csv(folder / "predictions.csv")
    assert list(predictions) == ["prediction", "lower", "upper"] and len(predictions) == 20
    assert (predictions["lower"] <= predictions["prediction"]).all()
    run(words("6"))
    pd.testing.assert_frame_equal(pd.read_csv(folder / "same.csv"), predictions, rtol=1e-12)
    assert f"{predictions['prediction'][19]:.6f}"[:8] in run(words("7"))
    assert (
        np.abs(by_onnx(folder) - predictions["prediction"]).max() <= 1e-5 * pd.read_csv(folder / "flats.csv").rent.std()
    )
    with served(words("8"), address):
        answer = json.loads(run(words("9")))["predictions"]
    row = {"town": ["Zug"], "rooms": [None], "built": ["1999-05-31"]}
    assert answer == [{name: float(each[0]) for name, each in model_of(folder).predict(row).items()}]
    run_id = run({**words("1"), "args": "nnjax results flats.toml"}).splitlines()[1].split(",")[0]
    run(words("10"), RUN=run_id)
    assert (folder / "run.safetensors").stat().st_size > 1000


def by_onnx(folder):
    """What the last lines of Python on the page give."""
    import onnxruntime

    from nnjax.model.standalone import Model

    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[-1].replace('"models', 'f"{folder}/models')
    given = {"Model": Model, "onnxruntime": onnxruntime, "pd": pd, "folder": folder}
    *lines, last = code.replace('"new', 'f"{folder}/new').strip().splitlines()
    exec("\n".join(lines), given)
    return eval(last, given)[0][:, 0]


def model_of(folder):
    from nnjax.model.standalone import Model

    return Model.load(folder / "models" / "flats")


@contextmanager
def served(words, address):
    """A server for as long as it is asked."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(**words, **quiet, start_new_session=True)
    try:
        while process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{address}/ping"):
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert process.poll() is None, "the server ended"
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
