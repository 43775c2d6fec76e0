"""What programs may rely on: every key of a document is declared, and every declared one is there."""

import json
import math
import shutil
from pathlib import Path

import pytest
from fakes import known
from fakes.known import KNOWN, TWO_CLAIMS

from nnjax.audit.stamp import AuditStamp, Line
from nnjax.cli import main
from nnjax.commands.contract import DOCUMENTS, say_json
from nnjax.metrics import names
from nnjax.results.columns import RESULT_COLUMNS
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study


def key_paths(document, declared, before=""):
    """All keys, those below a declared one aside."""
    for key, value in document.items():
        path = f"{before}{key}"
        if isinstance(value, dict) and path not in declared:
            yield from key_paths(value, declared, f"{path}.")
        elif path in declared or not isinstance(value, list):
            yield path
        else:
            yield from (found for each in value for found in key_paths(each, declared, f"{path}[]."))


def assert_declared(document, name):
    assert set(key_paths(document, DOCUMENTS[name])) == set(DOCUMENTS[name])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study that was swept in two homes, a and b: one of its two claims holds in a only."""
    folder = tmp_path_factory.mktemp("contract")
    path = folder / "three.toml"
    path.write_text(TWO_CLAIMS)
    for home, score in (("a", 0.3), ("b", 0.1)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(known.SCORES, 0.01, score)
            run_sweep(expand(load_study(path)), folder / home, "serial", engine=KNOWN)
    return path


@pytest.fixture
def said(study, capsys, monkeypatch):
    """What a command prints for programs, with its exit code; the home is a."""
    monkeypatch.setattr("nnjax.comparison.page.write_comparison", lambda *_: Path("page.html"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def run(*words):
        code = main([*map(str, words), "--json", "--home", str(study.parent / "a")])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_plan(said, study):
    code, plan = said("plan", study, "--set", "replicates.splits=16")
    assert code == 0
    assert_declared(plan, "plan")
    assert (plan["runs"], plan["missing"], plan["buckets"][0]["hidden_layer_sizes"]) == (80, 40, [4])
    assert [claim["claim"] for claim in plan["claims"]] == ["true-effect", "no-effect"]


def test_results(said, study):
    code, results = said("results", study, "--set", "replicates.splits=16")
    assert code == 0
    assert_declared(results, "results")
    finished, missing = results["rows"][0], results["rows"][-1]
    assert list(finished) == names(RESULT_COLUMNS)
    assert (missing["status"], missing["test_r2"], missing["best_epoch"]) == ("missing", None, None)
    assert isinstance(finished["best_epoch"], int) and isinstance(finished["test_r2"], float)


def test_histories(said, study):
    _, histories = said("results", study, "--curves")
    assert {"run_id", "epoch", "curve", "value"} <= set(histories["rows"][0])


@pytest.mark.parametrize(("other", "code"), [("b", 3), ("copy", 0)])
def test_two_sweeps_and_a_changed_conclusion(said, study, other, code):
    if other == "copy":
        shutil.copytree(study.parent / "a", study.parent / other)
    ended, compared = said("report", study, study, "--other-home", study.parent / other)
    assert ended == code
    assert_declared(compared, "report A B")
    assert compared["changed"] == (code == 3)
    verdicts = {each["claim"]: (each["verdict_A"], each["verdict_B"]) for each in compared["claims"]}
    assert verdicts["true-effect"] == ("supported", "refuted" if code else "supported")


def test_a_healthy_home_and_an_ill_one(said, study):
    code, seen = said("doctor")
    assert code == 0 and seen["is_ok"]
    assert_declared(seen, "doctor")
    lock = next(study.parent.glob("a/journal/claims/*.json"))
    whole = lock.read_bytes()
    lock.write_bytes(b"{")
    code, seen = said("doctor")
    lock.write_bytes(whole)
    assert code == 1 and not seen["is_ok"]
    assert [each["what"] for each in seen["symptoms"] if each["remedy"]] == ["Claims"]


def test_an_audit_tells_its_lines_to_a_person_and_its_stamp_to_a_program(study, capsys, monkeypatch):
    def audit_sweep(space, home, report, uri, sample, seed, say):
        say("WRONG as it goes")
        return AuditStamp(
            "today", seed, (Line("a", "http://me:s3cret@host", True), Line("b", "`nnjax sync STUDY`", False))
        )

    monkeypatch.setattr("nnjax.audit.examine.audit_sweep", audit_sweep)
    assert main(["audit", str(study), "--seed", "3", "--json", "--home", str(study.parent / "a")]) == 1
    told = capsys.readouterr()
    stamp = json.loads(told.out)
    assert_declared(stamp, "audit")
    assert stamp["seed"] == 3 and stamp["lines"][0]["seen"] == "http://…@host" and "WRONG as it goes" in told.err
    assert stamp["lines"][1]["seen"] == f"`nnjax sync {study} --home {study.parent / 'a'}`"


def test_what_is_refused_says_nothing_to_a_program(study, capsys):
    for words in (["plan", str(study), "--set", "epochs=0"], ["results", str(study), "--out", "runs.csv"]):
        assert main([*words, "--json", "--home", str(study.parent / "a")]) == 2
        assert capsys.readouterr().out == ""


def test_what_json_has_no_number_for_is_null(capsys):
    say_json({"a": math.nan, "b": [math.inf, (-math.inf, 0.1)], "c": {"d": None, "e": True}})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, [None, 0.1]], "c": {"d": None, "e": True}}
