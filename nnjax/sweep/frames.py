"""A data frame from Python as a file of the home: what was trained on can be found, and trained on, again."""

import hashlib
import io
from pathlib import Path
from typing import Any

from nnjax.refusal import RefusedError
from nnjax.sweep.durable import write_durably


def keep_frame(frame: Any, home: Path | str) -> Path:
    """Write a frame down as Parquet, named after its content, once.

    Args:
        frame: Whatever hands its columns to Arrow: a frame of pandas or polars, a table of Arrow, a result of DuckDB.
        home: The home folder; the file goes to journal/frames/ in it.

    Raises:
        RefusedError: If it does not, or holds what Parquet cannot.
    """
    import pyarrow as pa
    import pyarrow.parquet

    content = io.BytesIO()
    try:
        pyarrow.parquet.write_table(pa.table(frame), content)
    except (TypeError, ValueError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        remedy = "give a frame of pandas or polars, a table of Arrow or a result of DuckDB"
        raise RefusedError(f"data: a {type(frame).__name__} is no table ({reason}); {remedy}") from None
    name = hashlib.sha256(content.getvalue()).hexdigest()[:12]
    path = Path(home) / "journal" / "frames" / f"frame-{name}.parquet"
    if not path.exists():
        write_durably(path, content.getvalue())
    return path
