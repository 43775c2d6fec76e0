"""Files on the sweep's run: report, study, results, environment, best cells, figures as cards."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from PIL import Image

from nnjax.sweep.durable import one_at_a_time
from nnjax.tracking import names
from nnjax.tracking.artifact_place import local_path
from nnjax.tracking.best import best_table
from nnjax.tracking.client_calls import Client, set_tags
from nnjax.tracking.description import SweepDescription
from nnjax.tracking.ledger import ToldRun

TABLE = "tables/best_cells.json"
"""Where the table of best cells lies; MLflow renders it as a table because a tag says so."""

CARD_PIXELS = 512
"""Longest side of the small copy that a chart card shows."""


@dataclass(frozen=True)
class SweepFiles:
    """What the artifacts are made from."""

    description: SweepDescription
    results: pd.DataFrame
    cells: pd.DataFrame
    report_dir: Path | None
    """Folder with the report's pages and figures/*.png, if there is a report."""
    timestamp: int
    """End of the sweep, milliseconds since 1970."""


def write_card(folder: Path, figure: Path, timestamp: int) -> None:
    """A figure as a card among the run's charts: the full picture and a small copy.

    The names are those of MLflow's `log_image(key="report/<figure>", step=0)`, but without its random part: sent again,
    the files replace themselves.
    """
    images = folder / "images"
    images.mkdir(exist_ok=True)
    digest = hashlib.sha256(figure.stem.encode()).hexdigest()[:32]
    stem = f"report~{figure.stem}+step+0+timestamp+{timestamp}+{digest}"
    shutil.copyfile(figure, images / f"{stem}.png")
    with Image.open(figure) as picture:
        picture.thumbnail((CARD_PIXELS, CARD_PIXELS))
        picture.convert("RGB").save(images / f"{stem}+compressed.webp", "webp")


def file_digest(file: Path) -> str:
    """The beginning of the hash of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[: names.SHORT]


def file_digests(folder: Path) -> dict[str, str]:
    """File below a folder -> the beginning of its content's hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {file.relative_to(folder).as_posix(): file_digest(file) for file in files}


def write_files(folder: Path, files: SweepFiles) -> None:
    """Write all artifacts into an empty folder."""
    description = files.description
    (folder / "study.toml").write_text(description.study_text, encoding="utf-8")
    if description.environment:  # else what was told of an earlier wording of the study stays
        environment = json.dumps(dict(description.environment), indent=2, default=str)
        (folder / "environment.json").write_text(f"{environment}\n", encoding="utf-8")
    files.results.to_csv(folder / "results.csv", index=False)
    # As MLflow's own `log_table` writes one; that call itself appends, and would double rows.
    (folder / TABLE).parent.mkdir()
    table = best_table(files.cells, description.factors, description.judged)
    table.to_json(folder / TABLE, orient="split", index=False, date_format="iso")
    if files.report_dir is None:
        return
    with one_at_a_time(files.report_dir):  # another sweep of this study may be writing it
        if pages := sorted(files.report_dir.glob("*.html")):
            place = (folder / names.REPORT).parent
            place.mkdir()
            for page in pages:
                shutil.copyfile(page, place / page.name)
        for figure in sorted((files.report_dir / "figures").glob("*.png")):
            write_card(folder, figure, files.timestamp)


def told_digests(run: ToldRun) -> dict[str, str]:
    """What has been sent so far, as `file_digests` gives it; nothing if a person has spoilt the tag that says so."""
    try:
        told = json.loads(run.tags.get(names.ARTIFACTS, "{}"))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def lost_files(run: ToldRun) -> list[str]:
    """Files that were sent and are no longer there, or are others: seen where artifacts lie on this machine."""
    folder = local_path(run.artifact_uri)
    if folder is None:
        return []
    return [file for file, digest in told_digests(run).items() if not _is_file(folder / str(file), digest)]


def _is_file(file: Path, digest: str) -> bool:
    try:
        return file_digest(file) == digest
    except OSError:
        return False


def send_artifacts(client: Client, run: ToldRun, files: SweepFiles) -> int:
    """Send those of the sweep's files that have not been sent, or were different then; returns how many.

    Without a report, an earlier one stays.
    """
    lost = lost_files(run)
    sent = {file: digest for file, digest in told_digests(run).items() if file not in lost}
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, files)
        digests = file_digests(folder)
        changed = [file for file, digest in digests.items() if sent.get(file) != digest]
        for file in set(digests) - set(changed):
            (folder / file).unlink()
        if not changed:
            return 0
        if there := local_path(run.artifact_uri):
            # Not by the client: it keeps the folder of a run id for as long as the process lives, whatever the store.
            shutil.copytree(folder, there, dirs_exist_ok=True)
        else:
            client.log_artifacts(run.run_id, str(folder))
    told = {names.LOGGED_ARTIFACTS: json.dumps([{"path": TABLE, "type": "table"}])}
    if any(file.startswith("images/") for file in changed):
        told[names.LOGGED_IMAGES] = "True"
    # Last, so that a sync killed before this sends them again.
    told[names.ARTIFACTS] = json.dumps(sent | digests, separators=(",", ":"), sort_keys=True)
    set_tags(client, run, told)
    return len(changed)
