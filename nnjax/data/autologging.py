"""MLflow's autologging, off around our own use of scikit-learn: a baseline is nobody's experiment.

A person who has called `mlflow.autolog()` or `mlflow.sklearn.autolog()` in a notebook would find a run for every fit of
ours in an experiment of theirs, and wait for it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

AUTOLOGGING = "mlflow.utils.autologging_utils"
"""MLflow's module of it; where nobody has imported MLflow there is nothing to switch off, and nothing is imported."""


@contextmanager
def without_autologging() -> Iterator[None]:
    """Nothing that happens inside is logged by itself; afterwards autologging is what it was.

    MLflow's own `disable_autologging` ends with "enabled", whatever stood before, so it is not entered a second time.
    """
    autologging = sys.modules.get(AUTOLOGGING)
    is_on = autologging is not None and not getattr(autologging, "_AUTOLOGGING_GLOBALLY_DISABLED", False)
    with autologging.disable_autologging() if autologging is not None and is_on else nullcontext():
        yield
