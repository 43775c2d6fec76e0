"""The weights of any run of a sweep, trained again."""

from pathlib import Path

from nnjax.model.weights_file import network_tensors, write_weights
from nnjax.refusal import RefusedError
from nnjax.sweep.durable import write_durably
from nnjax.sweep.rerun import Comparison

NETWORK_KEY = "network"
"""What the names of the tensors begin with."""


def write_run_weights(comparison: Comparison, path: Path) -> str:
    """Write the network of a run at its best epoch as a safetensors file, whole or not at all; what was done, in words.

    The file's metadata say which run it is, its configuration as JSON, the epoch, and whether all that the journal has
    of the run came out the same to the last bit.

    Raises:
        RefusedError: The run diverged, so no network of it is worth keeping, or the file cannot be written.
    """
    outcome = comparison.outcome
    if outcome["status"] != "finished":
        raise RefusedError(
            f"run {comparison.run_id} {outcome['status']} in epoch {outcome['diverged_epoch']}: so no network of it "
            "is worth keeping; name one that finished (see `nnjax results STUDY`)"
        )
    told = {
        "run_id": comparison.run_id,
        "configuration": comparison.configuration,
        "best_epoch": str(outcome["best_epoch"]),
        "engine": outcome["engine"],
        "is_bitwise_the_journals": str(comparison.agrees).lower(),
    }
    content = write_weights(network_tensors(NETWORK_KEY, *comparison.best), told)
    try:
        write_durably(path, content)
    except OSError as error:
        raise RefusedError(f"--weights {path}: {error.strerror or error}; name a file that can be written") from None
    whose = "the network of that run" if comparison.agrees else "a network trained anew, not that of the journal's run"
    return f"Weights  {path}: {whose}, at epoch {outcome['best_epoch']}"
