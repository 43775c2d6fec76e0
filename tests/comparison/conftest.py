"""Two sweeps side by side, trained by an engine that knows the truth."""

import pandas as pd
import pytest
from fakes.known import KNOWN, TWO_CLAIMS

from nnjax.report import study_results as study_results_module
from nnjax.report.study_results import gather
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Study text and overrides -> the results of its sweep, all in one home; baselines take no time."""

    def baselines(space, home, say):
        rows = [
            {"model": "ridge", "split": split, "detail": "", "test_r2": 0.25 + 0.01 * split}
            for split in range(len(space.splits))
        ]
        return pd.DataFrame(rows)

    monkeypatch.setattr(study_results_module, "study_baselines", baselines)

    def run(text=TWO_CLAIMS, *overrides, name="three"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text)
        space = expand(load_study(path, overrides))
        run_sweep(space, tmp_path, "serial", engine=KNOWN)
        return gather(space, tmp_path)

    return run
