"""The sweep record: what was asked, on what it ran, how long it took. One small JSON file a sweep."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from nnjax.kernels.names import XLA
from nnjax.redaction import masked_line
from nnjax.sweep.durable import write_durably


@dataclass(frozen=True)
class SweepRecord:
    """One sweep: a study on a journal, in one execution or, after interrupts, several.

    Attributes:
        trained: Runs trained by this sweep's executions; the others were in the journal before.
        executions: How often the sweep was started with something left to train; 0 if the journal had every run.
        command_line: The last command, quoted for a shell.
        host: Machine: name, system, cpu, cores, memory_mb, python.
        git_commit: Commit of the current folder, "+" if files were changed, "" if there is none.
        started: Begin of the first execution, Unix seconds.
        ended: End of the last one, Unix seconds; 0 while it runs, and after it was killed.
        seconds: Stage -> seconds, summed over executions: setup, compile and train (both summed over workers), wall
            (the clock from the look into the journal to the last chunk), and what follows, track and report.
        kernels: What trained the runs that a fused operation serves.
        peak_memory_mb: Most memory of the head plus that of each worker, 10⁶ bytes.
    """

    sweep_id: str
    study: str
    study_path: str
    study_text: str
    overrides: tuple[str, ...]
    runs: int
    command_line: str
    host: Mapping[str, str | int]
    versions: Mapping[str, str]
    git_commit: str
    executor: str
    workers: int
    started: float
    trained: int = 0
    executions: int = 0
    ended: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)
    peak_memory_mb: float = 0.0
    kernels: str = XLA


def record_path(home: Path | str, sweep_id: str) -> Path:
    """Where a sweep's record stands."""
    return Path(home) / "journal" / "sweeps" / f"{sweep_id}.json"


def save_record(home: Path | str, record: SweepRecord) -> Path:
    """Write a record, whole or not at all, over an older one of the same sweep."""
    path = record_path(home, record.sweep_id)
    write_durably(path, json.dumps(asdict(record), indent=2, ensure_ascii=False).encode())
    return path


def load_record(home: Path | str, sweep_id: str) -> SweepRecord | None:
    """The record of a sweep, None if it never ran here or its file cannot be read.

    A damaged record loses facts about time and machine, never a result, so it is not an error.
    """
    try:
        content = json.loads(record_path(home, sweep_id).read_text("utf-8"))
        known = {each.name for each in fields(SweepRecord)}
        record = SweepRecord(**{name: value for name, value in content.items() if name in known})
        return replace(record, overrides=tuple(record.overrides), command_line=masked_line(record.command_line))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def records_with_passwords(home: Path | str) -> list[Path]:
    """Records of versions that wrote a command line down as it was typed, the password of a tracking URI in it.

    They are passed on without it, and are written anew when their sweep is next executed.
    """
    paths = sorted((Path(home) / "journal" / "sweeps").glob("*.json"))
    loaded = [(path, load_record(home, path.stem)) for path in paths]
    return [
        path
        for path, record in loaded
        if record and json.loads(path.read_text("utf-8"))["command_line"] != record.command_line
    ]


def continue_record(fresh: SweepRecord, earlier: SweepRecord | None) -> SweepRecord:
    """A record at the start of an execution: times go on from where an interrupted one stopped."""
    if earlier is None:
        return fresh
    kept = ("started", "trained", "executions", "seconds", "peak_memory_mb")
    return replace(fresh, **{name: getattr(earlier, name) for name in kept})


def add_seconds(record: SweepRecord, **seconds: float) -> SweepRecord:
    """A record with more time spent in some stages."""
    spent = {stage: record.seconds.get(stage, 0.0) + more for stage, more in seconds.items()}
    return replace(record, seconds={**record.seconds, **spent})


def note_seconds(home: Path | str, sweep_id: str, **seconds: float) -> None:
    """Set the time of stages that are done anew each time (`track`, `report`) in the record on the disk, if any."""
    record = load_record(home, sweep_id)
    if record is not None:
        save_record(home, replace(record, seconds={**record.seconds, **seconds}))
