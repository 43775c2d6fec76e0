"""Strict JAX for every test: implicit promotion of ranks and dtypes is an error; so is a warning, in children too."""

import os
import shutil
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

import jax
import pytest
from hypothesis import settings

STRICT = str(Path(__file__).parent / "fakes" / "strict")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (STRICT, os.environ.get("PYTHONPATH", ""))))

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

settings.register_profile("nnjax", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("nnjax")


def pytest_addoption(parser):
    """The golden pages are written anew on demand only."""
    parser.addoption("--write-golden", action="store_true", help="write the golden pages of tests/report/golden anew")


@pytest.fixture
def float64():
    """64-bit JAX, for oracles."""
    with jax.enable_x64(True):
        yield


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
