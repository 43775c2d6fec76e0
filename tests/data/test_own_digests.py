"""Tables that earlier builds read rightly keep their digest, and so the identity of their runs."""

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from fakes.own_tables import read

from nnjax.sweep import space as space_module
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

LINES = 40


def numbers() -> str:
    """Whole numbers, fractions in all notations, zeros of both signs, blanks around them."""
    lines = [f"{n}, {n}.50 ,+{n}e-3,{n % 5 and n},-{n % 3},{-n}.{n},.5{n}" for n in range(LINES)]
    return "n,half,small,zero,minus,both,point,y\n" + "".join(f"{line},{n * n % 7}\n" for n, line in enumerate(lines))


def words() -> str:
    """Words with blanks, commas, quotes; truth in four spellings; a column of one and zero."""
    colours = ['"red, dark"', " blue", 'say ""hi""', '"say ""hi"""', "größe"]
    lines = [f"{colours[n % 5]},{'yes' if n % 3 else 'no'},{['true', 'FALSE'][n % 2]},{n % 2}" for n in range(LINES)]
    return "colour,sure,truth,bit,y\n" + "".join(f"{line},{n}\n" for n, line in enumerate(lines))


def printed() -> str:
    """Numbers with more digits than are needed, as NumPy's savetxt and databases print them."""
    draw = random.Random(0)
    lines = [f"{draw.gauss(0, 1):.18e},{n}.3333333333333333333,{2**63 * (n + 1)}" for n in range(LINES)]
    return "a,b,c,y\n" + "".join(f"{line},{draw.random()!r}\n" for line in lines)


def broken() -> str:
    """Line breaks within quotes, and blank lines."""
    return "note;y\n\n" + "".join(f'"{["first", "second"][n % 2]}\nline, of two";{n}\r\n' for n in range(LINES))


def suspicious() -> str:
    """Words that something else may be meant by."""
    lines = [f"${n % 3},{'<5' if n % 2 else '>5'},{'?' if n % 3 else n % 9},−{n % 2}" for n in range(LINES)]
    return "price,range,half,minus,y\n" + "".join(f"{line},{n}\n" for n, line in enumerate(lines))


KNOWN_TEXTS: dict[Callable[[], str], str] = {
    numbers: "f129affc39765701a37095a340624f0f49308565c8ef01ef5efc25afcdb1c78c",
    words: "7f00d03d595b385081232ee87673e04943a1723eb899998a788eb1b6296fe207",
    printed: "8dfcc722f98276ed9e3fe3272e2c8df1e52a59ccabf0909854056956a6057065",
    broken: "e28268930321942ae0df00d2399ab62ff6f5f35db1cca12fe99012a47b75b9a8",
    suspicious: "7bdd0147c642c78f4291c30fc31b268e359b961b71915d1622d977d2370f7bb2",
}
"""What is written -> the digest that commit 022d4b3 gave it."""


@pytest.mark.parametrize("write", KNOWN_TEXTS, ids=lambda write: write.__name__)
def test_a_text_keeps_its_digest(tmp_path: Path, write: Callable[[], str]) -> None:
    path = tmp_path / "table.csv"
    path.write_text(write(), encoding="utf-8", newline="")
    assert read(path).digest == KNOWN_TEXTS[write]


def test_a_parquet_file_keeps_its_digest(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [n / 7 for n in range(LINES)], "word": ["b", "a", "c", "a"] * 10, "y": range(LINES)})
    frame["kind"] = frame["word"].astype("category")
    frame["flag"] = frame["y"] % 3 == 0
    frame[::-1].to_parquet(tmp_path / "table.parquet")
    assert read(tmp_path / "table.parquet").digest == "c195a76204e9cb9063e9e5bb98a32f4e851d89d6142804974f3cb8a43fa3b190"


def test_the_example_keeps_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the identities of the engine that these were written down with."""
    monkeypatch.setattr(space_module, "ENGINE_VERSION", "3")
    space = expand(load_study(Path("experiments/own-table.toml")))
    assert space.table.digest == "42426388589bcaaaa41d1e19866fca48af7d28a29d5c5fdcfe0172e48152f625"
    assert space.runs[0].run_id == "65b58276f38884fa96954afd13277dc5aed2a56fa54c52283f4ba9f137bd23b0"
    assert space.runs[-1].run_id == "1de1b9fb16b86b4ac481249a116509d22865b0c31d56f0ec622eaf70476c18e7"
