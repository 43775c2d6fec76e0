"""Files on the sweep's run: report, study, results, environment, best cells, figures as cards."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from mlflow.entities import Run
from mlflow.tracking import MlflowClient
from PIL import Image

from nnjax.tracking import names
from nnjax.tracking.best import best_table
from nnjax.tracking.description import SweepDescription

TABLE = "tables/best_cells.json"
"""Where the table of best cells lies; MLflow renders it as a table because a tag says so."""

CARD_PIXELS = 512
"""Longest side of the small copy that a chart card shows."""


@dataclass(frozen=True)
class SweepFiles:
    """What the artifacts are made from."""

    description: SweepDescription
    """The sweep."""
    results: pd.DataFrame
    """One row a planned run."""
    cells: pd.DataFrame
    """One row a cell."""
    report_dir: Path | None
    """Folder with index.html and figures/*.png, if there is a report."""
    timestamp: int
    """End of the sweep, milliseconds since 1970."""


def _write_table(folder: Path, table: pd.DataFrame) -> None:
    """The table as MLflow's own `log_table` writes one; that call itself appends, and would double rows."""
    (folder / TABLE).parent.mkdir()
    table.to_json(folder / TABLE, orient="split", index=False, date_format="iso")


def copy_report(folder: Path, report_dir: Path) -> list[Path]:
    """Copy the report's page into a folder.

    Returns:
        The report's figures, to be shown as cards.
    """
    page = report_dir / "index.html"
    if page.is_file():
        (folder / "report").mkdir()
        shutil.copyfile(page, folder / "report" / "index.html")
    return sorted((report_dir / "figures").glob("*.png"))


def write_card(folder: Path, figure: Path, timestamp: int) -> None:
    """A figure as a card among the run's charts: the full picture and a small copy.

    The names are those of MLflow's `log_image(key="report/<figure>", step=0)`, but without its random part: sent again,
    the files replace themselves.

    Args:
        folder: The artifacts' folder.
        figure: A PNG file.
        timestamp: Milliseconds since 1970.
    """
    images = folder / "images"
    images.mkdir(exist_ok=True)
    digest = hashlib.sha256(figure.stem.encode()).hexdigest()[:32]
    stem = f"report~{figure.stem}+step+0+timestamp+{timestamp}+{digest}"
    shutil.copyfile(figure, images / f"{stem}.png")
    with Image.open(figure) as picture:
        picture.thumbnail((CARD_PIXELS, CARD_PIXELS))
        picture.convert("RGB").save(images / f"{stem}+compressed.webp", "webp")


def folder_digest(folder: Path) -> str:
    """A hash over the names and contents of all files below a folder."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()


def write_files(folder: Path, files: SweepFiles) -> bool:
    """Write all artifacts into a folder.

    Args:
        folder: An empty folder.
        files: What they are made from.

    Returns:
        Whether there are cards among them.
    """
    description = files.description
    environment = json.dumps(dict(description.environment), indent=2, default=str)
    (folder / "study.toml").write_text(description.study_text, encoding="utf-8")
    (folder / "environment.json").write_text(f"{environment}\n", encoding="utf-8")
    files.results.to_csv(folder / "results.csv", index=False)
    _write_table(folder, best_table(files.cells, description.factors))
    figures = copy_report(folder, files.report_dir) if files.report_dir else []
    for figure in figures:
        write_card(folder, figure, files.timestamp)
    return bool(figures)


def send_artifacts(client: MlflowClient, run: Run, files: SweepFiles) -> bool:
    """Send the sweep's files, unless the very same ones have been sent.

    Args:
        client: MLflow's client.
        run: The sweep's run, as the store has it.
        files: What to send.

    Returns:
        Whether anything was sent.
    """
    run_id = run.info.run_id
    with TemporaryDirectory() as name:
        folder = Path(name)
        has_cards = write_files(folder, files)
        digest = folder_digest(folder)
        if run.data.tags.get(names.ARTIFACTS) == digest:
            return False
        client.log_artifacts(run_id, str(folder))
    client.set_tag(run_id, names.LOGGED_ARTIFACTS, json.dumps([{"path": TABLE, "type": "table"}]))
    if has_cards:
        client.set_tag(run_id, names.LOGGED_IMAGES, "True")
    client.set_tag(run_id, names.ARTIFACTS, digest)  # last: a sync killed before this sends them again
    return True
