"""What surrounds a person's command reaches no number, figure or file; what would change numbers is refused."""

import ast
import os
import platform
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from multiprocessing.spawn import get_preparation_data

import jax
import pytest
from fakes.command import ROOT
from fakes.studies import write_small
from fakes.training import FAKE
from jax._src.compiler import get_compile_options

from nnjax.cli import main
from nnjax.execution.dask_cluster import main_module_runs_once
from nnjax.execution.executor import UnfitError
from nnjax.execution.slots import EXECUTORS
from nnjax.surroundings import (
    CHANGES_NUMBERS,
    OPTIONS,
    READ,
    NoTextError,
    SurroundingsError,
    check_values,
    check_variables,
    foreign_variables,
)
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA
from nnjax.sweep.plan import make_plan
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep.worker import prepare_on
from nnjax.training.program import compile_program, lower_program

SOURCES = sorted((ROOT / "nnjax").rglob("*.py"))


@pytest.mark.parametrize(
    ("variables", "foreign"),
    [
        ({}, []),
        ({"XLA_FLAGS": ""}, []),
        ({"XLA_FLAGS": "--xla_cpu_enable_fast_math=true"}, ["XLA_FLAGS=--xla_cpu_enable_fast_math=true"]),
        ({"XLA_FLAGS": "--xla_dump_to=/x --xla_cpu_max_isa=AVX"}, ["XLA_FLAGS=--xla_cpu_max_isa=AVX"]),
        ({"XLA_FLAGS": "a-file-of-flags"}, ["XLA_FLAGS=a-file-of-flags"]),
        ({"XLA_FLAGS": "--xla_cpu_enable_fast_math"}, ["XLA_FLAGS=--xla_cpu_enable_fast_math"]),
        ({"XLA_FLAGS": "--xla_force_host_platform_device_count=8 --xla_cpu_enable_fast_math=false"}, []),
        ({"XLA_FLAGS": "--xla_gpu_triton_gemm_any=true"}, []),
        ({"JAX_ENABLE_X64": "True"}, ["JAX_ENABLE_X64=True"]),
        ({"JAX_ENABLE_X64": "0", "JAX_DISABLE_JIT": "no", "JAX_THREEFRY_PARTITIONABLE": "1"}, []),
        ({"JAX_NUMPY_DTYPE_PROMOTION": "strict"}, ["JAX_NUMPY_DTYPE_PROMOTION=strict"]),
        ({"JAX_TRANSFER_GUARD": "disallow"}, ["JAX_TRANSFER_GUARD=disallow"]),
        ({"JAX_TRANSFER_GUARD": "allow", "JAX_ERROR_CHECKING_BEHAVIOR_NAN": "ignore"}, []),
        ({"JAX_ERROR_CHECKING_BEHAVIOR_NAN": "raise"}, ["JAX_ERROR_CHECKING_BEHAVIOR_NAN=raise"]),
        ({"JAX_NUMPY_RANK_PROMOTION": "raise", "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16", "JAX_HOME": "/x"}, []),
    ],
)
def test_variables_that_would_change_numbers_are_told_from_harmless_ones(variables, foreign):
    assert list(foreign_variables({"cpu"}, variables)) == foreign


def test_a_gpu_sees_its_own_flags():
    flags = {"XLA_FLAGS": "--xla_gpu_triton_gemm_any=true"}
    with pytest.raises(SurroundingsError, match=r"triton.*; unset XLA_FLAGS$"):
        check_variables({"cpu", "gpu"}, flags)


def test_every_option_is_one_that_jax_knows_at_the_value_that_it_has_by_itself():
    check_values(jax.config.values)
    assert set(OPTIONS) <= set(jax.config.values)


@pytest.mark.parametrize("option", sorted(CHANGES_NUMBERS))
def test_an_option_changed_in_a_notebook_is_named(option):
    with pytest.raises(SurroundingsError, match=f"{option} = 'other'"):
        check_values({option: "other"})


def test_every_variable_that_we_read_is_listed_and_documented():
    read = re.compile(r"os\.environ(?:\.get\(|\[)\"(\w+)\"|^(?:SWITCH|SETUP_VARIABLE) = \"(\w+)\"", re.MULTILINE)
    found = {name for path in SOURCES for pair in read.findall(path.read_text("utf-8")) for name in pair if name}
    page = (ROOT / "docs" / "surroundings.md").read_text("utf-8")
    assert found <= set(READ)
    assert all(f"`{name}`" in page for name in READ) and all(f"`{name.upper()}`" in page for name in OPTIONS)


def test_text_is_read_and_written_as_utf_8_whatever_the_locale():
    """Without a word, Python takes the locale's encoding: in C's it ended in an error after all the work."""
    assert not [f"{path}:{call.lineno}" for path in SOURCES for call in calls(path) if is_left_to_the_locale(call)]


def calls(path):
    text = path.read_text("utf-8")
    if not re.search(r"read_text|write_text|text=|universal_newlines", text):
        return []
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]


def is_left_to_the_locale(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg for keyword in call.keywords}
    if name in ("read_text", "write_text"):
        return "encoding" not in given and len(call.args) < 1 + (name == "write_text")
    if name in ("run", "Popen"):
        return bool({"text", "universal_newlines"} & given) and "encoding" not in given
    return False


REFUSED = {"XLA_FLAGS": "--xla_cpu_enable_fast_math=true", "JAX_ENABLE_X64": "1"}


@pytest.mark.parametrize(
    ("executor", "name"),
    [
        pytest.param(executor, name, marks=[pytest.mark.slow] if executor == "dask" or name == "JAX_ENABLE_X64" else [])
        for executor in EXECUTORS
        for name in REFUSED
    ],
)
def test_nothing_is_trained_and_nothing_written_with_it(executor, name, tmp_path, monkeypatch):
    space, home = expand(load_study(write_small(tmp_path))), tmp_path / "home"
    monkeypatch.setenv(name, REFUSED[name])
    with pytest.raises(SurroundingsError, match=rf"^{name}={REFUSED[name]}: .*; unset {name}$"):
        run_sweep(space, home, executor, 1, engine=FAKE)
    assert not list(home.rglob("*.*"))


def test_a_worker_elsewhere_is_unfit_with_it(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    with pytest.raises(UnfitError, match=f"^{re.escape(platform.node())}: XLA_FLAGS=.*; unset XLA_FLAGS$"):
        prepare_on({"cpu"}, list)


def test_what_a_notebook_has_set_is_seen_where_it_trains(tmp_path):
    space = expand(load_study(write_small(tmp_path), ["width=11"]))  # a program that no other test has compiled
    bucket = make_plan(space, frozenset()).chunks[0].bucket
    with jax.enable_x64(True), pytest.raises(SurroundingsError, match=r"^jax_enable_x64 = True: "):
        compile_program(bucket)
    with (
        jax.threefry_partitionable(False),
        pytest.raises(UnfitError, match="jax_threefry_partitionable = False"),
    ):
        prepare_on({"cpu"}, list)


NOISY = 'batch_size="full"', "dropout=0.1", "width=2", "epochs=1", 'activation=["relu"]', "depth=[1]"


def program(tmp_path, option, value):
    """The text of a program, and what the compiler is told, with an option of JAX."""
    bucket = make_plan(expand(load_study(write_small(tmp_path), NOISY)), frozenset()).chunks[0].bucket
    before = jax.config.values[option]
    try:
        jax.config.update(option, value)
        jax.clear_caches()
        told = get_compile_options(num_replicas=1, num_partitions=1).SerializeAsString()
        return [lowered.as_text() for lowered in lower_program(bucket)], told
    finally:
        jax.config.update(option, before)


SWITCHES = sorted(name for name, value in jax.config.values.items() if isinstance(value, bool))


@pytest.mark.slow
@pytest.mark.parametrize("option", SWITCHES)
def test_every_switch_of_jax_that_changes_a_program_is_refused(option, tmp_path):
    plain = program(tmp_path, option, jax.config.values[option])
    try:
        is_changed = program(tmp_path, option, not jax.config.values[option]) != plain
    except Exception:
        is_changed = True  # it ends in an error
    assert not is_changed or option in OPTIONS


def test_the_main_module_is_not_run_again_by_workers_of_dask():
    main = sys.modules["__main__"]
    before = getattr(main, "__file__", None), main.__spec__
    with main_module_runs_once():
        assert not [key for key in get_preparation_data("worker") if key.startswith("init_main")]
    assert (getattr(main, "__file__", None), main.__spec__) == before


def test_a_name_that_is_no_text_is_refused_before_anything_is_done(tmp_path):
    space = expand(load_study(write_small(tmp_path)))
    with pytest.raises(NoTextError, match="is not UTF-8, so it cannot be written down; rename it"):
        run_sweep(space, tmp_path / "a\udcff", "serial", engine=FAKE)
    with pytest.raises(NoTextError):
        load_study(tmp_path / "a\udcff.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["experiments"]


ODD = {
    "MPLBACKEND": "nonsense",
    "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16",
    "JAX_NUM_CPU_DEVICES": "2",
    "JAX_NUMPY_RANK_PROMOTION": "raise",
    "JAX_COMPILATION_CACHE_DIR": "/dev/null/nowhere",
    "XLA_FLAGS": "--xla_force_host_platform_device_count=2 --xla_gpu_triton_gemm_any=true",
    "MLFLOW_EXPERIMENT_NAME": "another",
    "MLFLOW_RUN_ID": "0123456789abcdef0123456789abcdef",
    "MLFLOW_TRUNCATE_LONG_VALUES": "true",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "true",
    "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH": "5000",
    "MLFLOW_REGISTRY_URI": "sqlite:////dev/null/nowhere/registry.db",
    "OMP_NUM_THREADS": "3",
    "OPENBLAS_NUM_THREADS": "3",
    "PANDAS_FUTURE_INFER_STRING": "0",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "1",
    "TZ": "Asia/Kathmandu",
    "COLUMNS": "30",
    "SOURCE_DATE_EPOCH": "86400",
    "GIT_DIR": "/dev/null/nowhere",
}
"""Variables at values that a person may have; none may reach a number, a figure or the store."""


def sweep_in(home, folder, study, variables, umask=0o022):
    """A sweep from another folder, as the installed command does it."""
    command = [sys.executable, "-P", "-m", "nnjax.cli", "sweep", study, "--home", home, "--workers", "1"]
    ended = subprocess.run(command, cwd=folder, env=variables, capture_output=True, umask=umask, check=False)
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    assert b"Trained 16 of 16 runs" in ended.stdout


def kept(home):
    """All that is compared: the journal's numbers, the report's figures, MLflow's runs."""
    names = [name for name in JOURNAL_SCHEMA.names if name not in ("started", "ended", "train_seconds", "host")]
    runs = Journal(home).read(names).to_pylist()
    report = home / "reports" / "small"
    drawn = [path for path in report.glob("figures/*.*") if "seconds" not in path.name]  # the clock's
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        told = [
            store.execute(f"SELECT DISTINCT {columns} FROM {table} ORDER BY {columns}").fetchall()
            for table, columns in (("experiments", "name"), ("params", "run_uuid, key, value"))
        ]
        numbers = "SELECT run_uuid, key, step, value FROM metrics WHERE key LIKE 'test_%' ORDER BY 1, 2, 3"
        told.append(store.execute(numbers).fetchall())
    return (
        {run["run_id"]: repr(run) for run in runs},
        {path.name: path.read_bytes() for path in drawn},
        told,
    )


@pytest.mark.slow
def test_a_persons_surroundings_reach_no_number_no_figure_and_no_store(tmp_path):
    """Everything set at once: variables, settings of figures, locale, time zone, umask, folder, no HOME."""
    plain, odd = tmp_path / "plain", tmp_path / 'why? 50% #1 "it\'s" me@home\nhere'
    study = write_small(tmp_path)
    for home in (plain, odd):
        home.mkdir()
    mine = {name: value for name, value in os.environ.items() if name not in ("MLFLOW_TRACKING_URI", "XLA_FLAGS")}
    mine["PYTHONPATH"] = str(ROOT)
    sweep_in(plain, tmp_path, study, mine)
    (odd / "matplotlibrc").write_text("savefig.bbox: tight\naxes.labelpad: 40\ntext.usetex: True\n")
    (odd / "pickle.py").write_text("raise ImportError('of the current folder')")
    without_home = {name: value for name, value in mine.items() if name != "HOME"}
    sweep_in(odd, odd, study, without_home | ODD, umask=0o077)
    for one, other in zip(kept(plain), kept(odd), strict=True):
        assert one and one == other


SCRIPT = """
from pathlib import Path
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from fakes.training import FAKE
print(run_sweep(expand(load_study({study!r})), Path({home!r}), {executor!r}, 2, engine=FAKE).trained)
"""


@pytest.mark.parametrize("executor", ["processes", pytest.param("dask", marks=pytest.mark.slow)])
def test_a_script_without_a_main_guard_sweeps_once(executor, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(study=str(write_small(tmp_path)), home=str(tmp_path), executor=executor))
    mine = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    ended = subprocess.run([sys.executable, script], env=mine, capture_output=True, text=True, check=False)
    assert ended.stdout == "16\n", ended.stderr


def test_a_device_that_jax_may_not_use_is_one_line_before_the_work(tmp_path, monkeypatch, capsys):
    def local_devices(backend):
        raise AssertionError

    monkeypatch.setattr("jax.local_devices", local_devices)
    study = write_small(tmp_path)
    assert main(["sweep", str(study), "--home", str(tmp_path / "home"), "--executor", "serial"]) == 2
    said = capsys.readouterr().err
    assert 'device = "cpu", and JAX has none here (no backend); let JAX_PLATFORMS name cpu as well' in said
    assert said.count("\n") == 1 and not list((tmp_path / "home").rglob("*.parquet"))
