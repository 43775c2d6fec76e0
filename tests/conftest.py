"""Strict JAX for every test: implicit promotion of ranks and dtypes is an error; so is a warning, in children too."""

import functools
import gc
import importlib
import os
import shutil
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path, PurePosixPath

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# Each worker has a core: more threads of scikit-learn and of the linear algebra would wait for one another by spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax
import pytest
from fakes.strict.quick_programs import ASKED_FOR, OPTIONS, with_little
from hypothesis import settings

# Programs that tests compile serve tests alone; matplotlib's list of fonts is dear, and may stay where it is.
# xdist's workers have the variables, and so the caches, of the process that starts them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    CACHES = tempfile.TemporaryDirectory(prefix="nnjax-caches-")
    usual = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    os.environ |= {"MPLCONFIGDIR": str(Path(usual, "matplotlib")), "XDG_CACHE_HOME": CACHES.name}

# Without it, each of the many processes that tests start would compile our source anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

STRICT = str(Path(__file__).parent / "fakes" / "strict")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (STRICT, os.environ.get("PYTHONPATH", ""))))

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

settings.register_profile("nnjax", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("nnjax")


def pytest_addoption(parser):
    """The golden pages are written anew on demand only; a drill has as many random moments as wanted."""
    parser.addoption("--write-golden", action="store_true", help="write the golden pages of tests/report/golden anew")
    parser.addoption("--rounds", type=int, default=1, help="random moments at which each drill happens")


TOGETHER = {
    "tests/training": "programs",
    "tests/drills": "drills",
    "tests/execution": "drills",
    "tests/audit": "drills",
    "tests/tracking": "stores",
    "tests/test_viewer.py": "stores",
    "tests/report": "report",
    "tests/claims": "claims",
    "nnjax": "doctests",
}
"""Path -> the group whose tests one worker runs in a row: they share what was made, or would disturb each other."""


def group_of(nodeid):
    """What a test shares a worker with: its file, or the group of its file or folder."""
    path = PurePosixPath(nodeid.partition("::")[0])
    return next((TOGETHER[str(each)] for each in (path, *path.parents) if str(each) in TOGETHER), str(path))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """One worker runs all tests of a file, so that what its fixtures make is made once.

    xdist's own groups are dead since pytest 9.2: xdist 3.8 writes them where pytest no longer reads a test's id.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return ByGroup(config, log)


def pytest_collection_finish(session):
    """What is imported by now stays: a collection of garbage need not go through half a million objects of modules."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_programs(pytestconfig):
    """XLA spends little effort, here and in processes that tests start: compiling is most of what tests take.

    Where the slow tests run too, the product's programs are compiled as shipped.
    """
    if pytestconfig.getoption("markexpr") != "not slow":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ASKED_FOR, "yes")
        for module, name in OPTIONS.items():
            patch.setattr(f"{module}.{name}", with_little(getattr(importlib.import_module(module), name)))
        yield


@pytest.fixture(scope="session")
def compile_as_shipped():
    """Compiles a bucket, and keeps what it made apart from the quick programs of other tests."""
    from nnjax.training import program

    return functools.lru_cache(maxsize=64)(program._compile.__wrapped__)


@pytest.fixture
def shipped_programs(compile_as_shipped, monkeypatch):
    """For a test of the last bits, which XLA's optimisations move."""
    monkeypatch.delenv(ASKED_FOR, raising=False)
    for module, name in OPTIONS.items():
        options = getattr(importlib.import_module(module), name)
        monkeypatch.setattr(f"{module}.{name}", getattr(options, "__wrapped__", options))
    monkeypatch.setattr("nnjax.training.program._compile", compile_as_shipped)
    monkeypatch.setattr("nnjax.estimators.programs._COMPILED", OrderedDict())


@pytest.fixture
def engine_here():
    """The real engine in this process: usual promotion of dtypes, as optax needs it, and no cache left behind."""
    from jax.experimental.compilation_cache.compilation_cache import reset_cache

    from nnjax.training.program import keep_programs

    jax.config.update("jax_numpy_dtype_promotion", "standard")
    yield
    jax.config.update("jax_numpy_dtype_promotion", "strict")
    jax.config.update("jax_compilation_cache_dir", None)
    reset_cache()
    keep_programs(None)


@pytest.fixture
def float64():
    """64-bit JAX, for oracles."""
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="session")
def fused():
    """The operations in C, loaded into this process: their name. Not for a machine that has no compiler for them."""
    from nnjax.kernels.choice import usable
    from nnjax.kernels.compiler import find_compiler
    from nnjax.kernels.library import digest_of, library_path, load_library
    from nnjax.kernels.names import KernelsError
    from nnjax.sweep.compilation_cache import cache_of_this_machine

    try:
        compiler = find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))
    usable(cache_of_this_machine())  # where sweeps look for it, too; whatever the self-test says, tests say more
    path = library_path(cache_of_this_machine(), compiler)
    load_library(path, digest_of(path))
    return compiler.kernels


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright; each test opens contexts of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
