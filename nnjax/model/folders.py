"""Where the models of a home lie, and which of them is meant."""

from pathlib import Path

from nnjax.model.standalone import FolderError, Model
from nnjax.refusal import RefusedError

MODELS = "models"
"""Folder of a home in which its models lie."""

_MOST_LISTED = 10


def find_model(given: str, home: Path) -> Path:
    """A model's folder, from its path or its name in the home.

    Raises:
        RefusedError: If there is none.
    """
    for folder in (Path(given), home / MODELS / given):
        if (folder / "model.json").exists():
            return folder
    known = sorted(path.name for path in (home / MODELS).glob("[!.]*") if path.is_dir())
    listed = f"there are {', '.join(known[:_MOST_LISTED])}" if known else "`nnjax fit STUDY` makes one"
    raise RefusedError(f"{given}: there is no model of that name, here or in {home / MODELS}; {listed}")


def load_fitted(folder: Path) -> Model:
    """The model of a folder.

    Raises:
        RefusedError: If it is not whole, or of another version.
    """
    try:
        return Model.load(folder)
    except FolderError as error:
        raise RefusedError(f"{error}; move it away and fit it again: `nnjax fit STUDY`") from None
