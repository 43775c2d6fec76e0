"""Whatever becomes of a study file, it gives a study or one line that says what is wrong; never a traceback."""

import random
import re
from pathlib import Path

import pytest

from nnjax.cli import main
from nnjax.sweep.study.study import StudyError, load_study

TEXTS = [path.read_text("utf-8") for path in sorted(Path("experiments").glob("*.toml"))]
LECTURE = [path.read_text("utf-8") for path in sorted(Path("experiments/lecture").glob("*.toml"))]

VALUES = [
    "true",
    "0",
    "-1",
    "1e400",
    "nan",
    "-inf",
    "[]",
    "{}",
    '""',
    '"relu"',
    '"full"',
    "1979-05-27",
    "07:32:00",
    "[[1]]",
    "2.5",
    "{a=1}",
    "[true]",
    "64",
    "depth",
    '"../x"',
    '"\\u0000"',
    '"é☃"',
    "[1,2]",
    "'''x'''",
    "[[[]]]",
    "{depth=1}",
    "1_000",
    "0o17",
    "+1",
    "1e-400",
    '["relu"]',
    "#",
]
VALUES += ["0x" + "f" * 3000, "9" * 30, "9" * 5000, "[" * 2000, "'''x\ny'''"]


def new_value(line: str, rng: random.Random) -> str:
    return re.sub(r"=.*", lambda _: f"= {rng.choice(VALUES)}", line, count=1)


def new_token(line: str, rng: random.Random) -> str:
    tokens = re.findall(r"\w+|\W", line)
    if tokens:
        tokens[rng.randrange(len(tokens))] = rng.choice(VALUES)
    return "".join(tokens)


def new_character(line: str, rng: random.Random) -> str:
    place = rng.randint(0, len(line))
    character = chr(rng.choice([rng.randrange(32, 127), rng.randrange(0x3000)]))
    return line[:place] + character + line[place:]


def lost_character(line: str, rng: random.Random) -> str:
    place = rng.randint(0, len(line))
    return line[:place] + line[place + 1 :]


LINE_CHANGES = [new_value, new_token, new_character, lost_character]


def mutate(text: str, rng: random.Random) -> str:
    """One to four changes: lines lost, doubled, exchanged, given another's value, or changed within."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 4)):
        here, there = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(8):
            case 0:
                lines[here] = ""
            case 1:
                lines.insert(there, lines[here])
            case 2:
                lines[here], lines[there] = lines[there], lines[here]
            case 3 if "=" in lines[here] and "=" in lines[there]:
                lines[here] = lines[here].split("=", 1)[0] + "=" + lines[there].split("=", 1)[1]
            case _:
                lines[here] = rng.choice(LINE_CHANGES)(lines[here], rng)
    return "\n".join(lines)


def write(seed: int, path: Path, texts: list[str] = TEXTS) -> None:
    """One of the studies, mutated."""
    rng = random.Random(seed)
    path.write_text(mutate(rng.choice(texts), rng), "utf-8")


def check(seed: int, path: Path) -> bool:
    """Load one mutated file; true if it is still a study."""
    write(seed, path)
    try:
        return len(load_study(path).digest()) == 64
    except StudyError as error:
        assert all(str(each).isprintable() and len(str(each)) < 600 for each in (error, *error.others))
        return False


@pytest.mark.parametrize("seeds", [range(200)], ids=len)
def test_mutated_study_files(seeds: range, tmp_path: Path) -> None:
    (tmp_path / "iris.csv").symlink_to(Path("experiments/iris.csv").resolve())
    sound = sum(check(seed, tmp_path / "mutated.toml") for seed in seeds)
    assert 0.02 < sound / len(seeds) < 0.6  # comments are mutated too; both outcomes are met


@pytest.mark.parametrize("seeds", [range(200, 230), pytest.param(range(1000, 4000), marks=pytest.mark.slow)], ids=len)
def test_a_mutated_study_is_planned_or_refused_in_lines(seeds: range, tmp_path: Path, capsys) -> None:
    (tmp_path / "iris.csv").symlink_to(Path("experiments/iris.csv").resolve())
    path, codes = tmp_path / "mutated.toml", []
    for seed in seeds:
        write(seed, path, [*TEXTS, *LECTURE])
        codes.append(main(["plan", str(path), "--home", str(tmp_path)]))
        said = capsys.readouterr()
        assert (codes[-1], bool(said.out), bool(said.err)) in ((0, True, False), (2, False, True)), (seed, said)
        assert "Traceback" not in said.err and all(str(path) in line for line in said.err.splitlines()), (seed, said)
    assert set(codes) == {0, 2}
