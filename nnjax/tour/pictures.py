"""All pictures of the documents, written anew: `python -m nnjax.tour.pictures docs/pictures`."""

import sys
from collections.abc import Mapping
from pathlib import Path

from nnjax.sweep.durable import write_durably
from nnjax.tour.activation_table import activation_pictures
from nnjax.tour.boundaries import boundaries_picture
from nnjax.tour.regions import Gallery, average_gallery, make_plane, seeds_gallery, train_gallery
from nnjax.tour.remedies import gradient_table, remedies_picture

SINGLE_NETWORKS = ((1, 32), (2, 32), (4, 8))
"""Depth and width of the networks that are shown seed by seed."""


def write_activation_pictures(folder: Path) -> list[Path]:
    """Write the plots of the activation table to activations/ in a folder; nothing is trained."""
    return _write(folder / "activations", activation_pictures())


def write_pictures(folder: Path) -> list[Path]:
    """Train what the pictures show and write all of them; a few minutes. On one machine twice the same bytes."""
    gallery = Gallery()
    plane = make_plane(gallery)
    regions = train_gallery(gallery, plane)
    drawn = {
        "boundaries.svg": boundaries_picture(),
        "regions-average.svg": average_gallery(regions, plane),
        "regions-seeds.svg": seeds_gallery(regions, plane, SINGLE_NETWORKS),
        "gradient-remedies.svg": remedies_picture(gradient_table()),
    }
    return [*write_activation_pictures(folder), *_write(folder, drawn)]


def _write(folder: Path, pictures: Mapping[str, str]) -> list[Path]:
    paths = [folder / name for name in pictures]
    for path, text in zip(paths, pictures.values(), strict=True):
        write_durably(path, text.encode())
    return paths


if __name__ == "__main__":
    for written in write_pictures(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")):
        print(written)
