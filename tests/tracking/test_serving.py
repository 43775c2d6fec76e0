"""A model behind MLflow's own server, over HTTP, against the folder that it was logged from."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryFile
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from fakes.mixed_study import mixed_study
from fakes.served_models import mixed_model, mixed_rows

from nnjax.model.standalone import Model
from nnjax.tracking.environment import server_environment
from nnjax.tracking.models import log_model
from nnjax.tracking.server import is_healthy, stop, wait_until_healthy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*hint is inferred as AnyType:UserWarning"),
]


@pytest.fixture(scope="module", params=["regression", "classification", "strict"])
def served(request, tmp_path_factory, empty_database, free_port):
    """A model's folder, and a server that somebody else has started with what MLflow keeps of it."""
    home = tmp_path_factory.mktemp("served")
    (home / "mlflow.db").write_bytes(empty_database.read_bytes())
    space, uri = mixed_study(home), f"sqlite:///{home / 'mlflow.db'}"
    shape = {"classification": {"classes": ("no", "yes", "it, depends")}, "strict": {"is_strict": True}}

    def change(document):
        document["cell"]["cell_id"] = space.cells[0].cell_id

    folder = mixed_model(home / "models" / "mixed", change=change, **shape.get(request.param, {}))
    logged = log_model(folder, space, home, uri)
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", logged.address, "-p", str(free_port)]
    environment = server_environment() | {"MLFLOW_TRACKING_URI": uri, "PYTHONWARNINGS": "ignore"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    environment.pop("PYTHONPATH", None)  # it has nothing of nnjax
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, "--env-manager", "local"], cwd=home, env=environment, stdout=log, stderr=log, process_group=0
        )
        try:
            address = f"http://127.0.0.1:{free_port}"
            wait_until_healthy(process, address, log)
            yield Model.load(folder), address
        finally:
            os.killpg(process.pid, 15)
            stop(process)


def answer(address, body, content_type="application/json"):
    """The predictions, or status and message of the refusal."""
    text = body if isinstance(body, bytes) else json.dumps(body, default=lambda moment: moment.isoformat()).encode()

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    try:
        with urlopen(Request(f"{address}/invocations", text, {"Content-Type": content_type}), timeout=60) as told:
            return json.loads(told.read(), parse_constant=refuse)["predictions"]
    except HTTPError as error:
        said = error.read().decode()
        return error.code, json.loads(said)["message"] if said.startswith("{") else said


def split_of(columns):
    return {"columns": list(columns), "data": [list(row) for row in zip(*columns.values(), strict=True)]}


def in_some_forms(columns):
    records = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return {"dataframe_split": split_of(columns)}, {"dataframe_records": records}, {"inputs": columns}


@pytest.mark.parametrize("rows", [1, 1000])
def test_the_server_answers_what_the_folder_predicts(rows, served):
    model, address = served
    is_strict = model.preparations[0].rules[0]["fill"] is None
    columns = mixed_rows(rows, has_gaps=not is_strict)
    if not is_strict:
        columns["colour"][0] = "a level that nobody has seen"
    expected = model.predict(columns)
    for body in in_some_forms(columns):
        found = answer(address, body)
        assert [*found[0]] == [*expected]
        for name, values in expected.items():
            told = np.array([row[name] for row in found])
            if values.dtype.kind == "f":
                np.testing.assert_allclose(told, values, rtol=0, atol=1e-12 * max(1.0, float(np.std(values))))
            else:
                assert told.tolist() == values.tolist()


BAD = [
    ({"size": ["large"]}, "large"),
    ({"sure": ["yes"]}, "column 'sure', row 1: 'yes' is neither true nor false"),
    ({"sold": ["1.5.2020"]}, "column 'sold', row 1: '1.5.2020' is no date"),
    ({"sold": [1_577_836_800]}, "column 'sold', holds numbers"),
    ({"colour": [1]}, "column 'colour', holds numbers"),
    ({"size": [1e200]}, "column 'size', row 1: 1e+200 is beyond"),
]


def test_a_bad_request_is_told_what_is_wrong_and_the_server_stays(served):
    model, address = served
    for change, said in BAD:
        for body in in_some_forms(mixed_rows(1, has_gaps=False) | change):
            status, message = answer(address, body)
            assert status == 400 and said in message
            assert not said.startswith("column") or message.isprintable()
    missing = mixed_rows(1, has_gaps=False)
    missing["Size"] = missing.pop("size")
    for body in in_some_forms(missing):
        status, message = answer(address, body)
        assert status == 400 and "missing inputs ['size']" in message
    for body in (b"", b"{", b"[]", b'{"rows": []}', b'{"dataframe_split": 3}', b'{"inputs": 3}', b"\xff"):
        assert answer(address, body)[0] == 400
    assert answer(address, b"x", "text/plain")[0] == 415
    assert answer(address, b"size,colour\n1,red\n", "text/csv")[0] == 400
    rows = mixed_rows(2, has_gaps=False)
    assert [row["prediction"] for row in answer(address, {"inputs": rows})] == pytest.approx(
        model.predict(rows)["prediction"].tolist()
    )
    assert is_healthy(address)


def test_gaps_and_other_words_are_refused_where_the_model_refuses_them(served):
    model, address = served
    is_strict = model.preparations[0].rules[0]["fill"] is None
    for change, said in (({"colour": ["pink"]}, "; write one of them"), ({"size": [None]}, "none there; fill it")):
        for body in in_some_forms(mixed_rows(1, has_gaps=False) | change):
            found = answer(address, body)
            assert (found[0] == 400 and said in found[1]) if is_strict else "prediction" in found[0]


def test_a_level_comes_with_the_rows(served):
    model, address = served
    rows = mixed_rows(5, has_gaps=False)
    found = answer(address, {"inputs": rows, "params": {"level": 0.5}})
    for name, values in model.predict(rows, "0.5").items():
        assert [row[name] for row in found] == pytest.approx(values.tolist()) or values.dtype.kind != "f"
    status, message = answer(address, {"inputs": rows, "params": {"level": 1.5}})
    assert (status, message) == (400, "level 1.5 does not lie between 0 and 1")


def test_many_at_once_get_each_their_own(served):
    model, address = served
    found = {}

    def ask(seed):
        found[seed] = answer(address, {"inputs": mixed_rows(20, has_gaps=False, seed=seed)})

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for seed, rows in found.items():
        expected = model.predict(mixed_rows(20, has_gaps=False, seed=seed))["prediction"].tolist()
        assert [row["prediction"] for row in rows] == expected
