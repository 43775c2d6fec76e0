"""What a model is made of, and whether the one that is there is made of the same."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from nnjax.model.choice import BEST, ChosenCell
from nnjax.model.standalone import FORMAT, FolderError, Model
from nnjax.refusal import RefusedError
from nnjax.statistics.conformal import canonical_level
from nnjax.sweep.identity import content_hash, folder_hash
from nnjax.sweep.space import Space
from nnjax.sweep.worker import decisive_versions


@dataclass(frozen=True)
class FitOptions:
    """What is made of a sweep.

    Attributes:
        cell: "best", "smallest", or the beginning of a cell's id, or its label.
        members: Networks of the ensemble.
        level: Of the intervals.
        name: Of the model's folder; None: the study's.
    """

    cell: str = BEST
    members: int = 10
    level: Fraction = Fraction(9, 10)
    name: str | None = None

    @property
    def level_text(self) -> str:
        """The level as it is written down: a decimal number, 0.9 whether 0.9 or 0.90 was typed."""
        return canonical_level(self.level)

    @property
    def words(self) -> list[str]:
        """Options that are not at their defaults, as they are typed."""
        usual = FitOptions()
        told = {
            "--cell": (self.cell, usual.cell),
            "--seeds": (str(self.members), str(usual.members)),
            "--level": (self.level_text, usual.level_text),
            "--name": (self.name or "", ""),
        }
        return [word for name, (value, default) in told.items() if value != default for word in (name, value)]


def made_of(space: Space, chosen: ChosenCell, options: FitOptions) -> dict[str, Any]:
    """What decides a model's numbers, under names for people; nothing of when, where and by which build."""
    runs = hashlib.sha256("".join(sorted({run.run_id for run in space.runs})).encode()).hexdigest()
    return {
        "runs of the study": f"{len(space.runs)} ({runs[:16]})",
        "measure": space.study.judged.measure.name,
        "decision_threshold": "validation" if space.study.judged.has_chosen_threshold else "none",
        "cell": f"{chosen.cell.label} ({chosen.cell.cell_id[:16]})",
        "choice": chosen.rule,
        "networks": options.members,
        "level": options.level_text,
    }


def model_id(made: Mapping[str, Any]) -> str:
    """The identity of a model: what it is made of, and the build and versions that made it."""
    build = folder_hash(Path(__file__).parents[1])
    return content_hash({"format": FORMAT, "made of": made, "build": build, **decisive_versions()})


def model_there(folder: Path, made: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The document of the model that is there, if it is made of the same by this build; None if nothing is.

    One that another build made of the same is None, too: it may be replaced.

    Raises:
        RefusedError: It is another one, or not whole.
    """
    if not folder.exists():
        return None
    try:
        document = Model.load(folder).document
    except FolderError as error:
        raise RefusedError(f"{error}; remove the folder, and fit again") from None
    there = document.get("made_of", {})
    other = [name for name in made if there.get(name) != made[name]]
    if other:
        raise RefusedError(
            f"{folder} holds another model ({other[0]}: {there.get(other[0], 'not told')}, here {made[other[0]]}); "
            "remove it, or give this one a name of its own: --name"
        )
    return document if document["model_id"] == model_id(made) else None
