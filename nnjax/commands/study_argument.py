"""What was typed, found: a study by its path or its name; or why it cannot be done."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnjax.sweep.space import Space
    from nnjax.sweep.study.study import Study


def load_given(options: argparse.Namespace) -> "Study":
    """The study that was typed, with its changes."""
    from nnjax.sweep.study.study import load_study

    return load_study(find_given(options.study, options.home), options.overrides)


def find_given(study: str, home: Path) -> Path:
    """A study's path, from a path or a name: in the home's experiments, else in those here, folders inside included."""
    from nnjax.sweep.study.reading import find_study

    path = find_study(study, home)
    if path.exists() or Path(study).suffix == ".toml" or Path(study).is_absolute():
        return path
    for folder in (home / "experiments", Path("experiments")):
        found = list(folder.rglob(f"{study}.toml"))
        if len(found) == 1:
            return found[0]
    return path


def expand_given(options: argparse.Namespace) -> "Space":
    """All that the study that was typed asks for."""
    from nnjax.sweep.space import expand

    return expand(load_given(options))
