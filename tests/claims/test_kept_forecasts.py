"""What a plan has computed of its claims is computed again only if something that it comes from has changed."""

import subprocess
import sys
from pathlib import Path

import pytest

from nnjax.claims.forecast import foretell
from nnjax.claims.kept_forecasts import FOLDER, Findable, kept_forecasts

LEVEL = 0.95
FIRST, SECOND = ({"it": Findable((spread,), False, (0.1 + spread,), (1 / 3,))} for spread in (0.2, 0.3))

PLAN_AND_LOOK = """
import sys
from nnjax.cli import main
assert main(["plan", *sys.argv[1:]]) == 0
print(sorted({"jax", "optax", "sklearn", "pandas", "scipy"} & set(sys.modules)), file=sys.stderr)
"""


def unreadable(_):
    raise PermissionError("this file")


def kept(space, home: Path, new=SECOND, level: float = LEVEL):
    return kept_forecasts(space, home, level, lambda: new)


def test_they_are_read_back_as_they_were(space, train, tmp_path) -> None:
    assert kept(space, tmp_path, FIRST) == kept(space, tmp_path) == FIRST


def test_another_level_another_package_and_another_journal_have_others(space, train, tmp_path, monkeypatch) -> None:
    kept(space, tmp_path, FIRST)
    assert kept(space, tmp_path, level=0.99) == SECOND
    kept(space, tmp_path, FIRST)
    with monkeypatch.context() as patch:
        patch.setattr("nnjax.claims.kept_forecasts.package_hash", lambda: "of the next version")
        assert kept(space, tmp_path) == SECOND
    kept(space, tmp_path, FIRST)
    [file, *_] = (tmp_path / "journal").glob("*.parquet")
    file.rename(file.with_name(f".corrupt-{file.name}"))
    assert kept(space, tmp_path) == SECOND


@pytest.mark.parametrize("content", ["", "[]", '{"made_from": 1}'])
def test_what_is_no_such_file_is_written_over(space, train, tmp_path, content) -> None:
    kept(space, tmp_path, FIRST)
    [path] = (tmp_path / FOLDER).iterdir()
    path.write_text(content)
    assert kept(space, tmp_path) == kept(space, tmp_path, FIRST) == SECOND


def test_a_package_that_cannot_be_read_is_no_error(space, train, tmp_path, monkeypatch) -> None:
    kept(space, tmp_path, FIRST)
    monkeypatch.setattr("nnjax.claims.kept_forecasts.file_hash", unreadable)
    assert kept(space, tmp_path) == SECOND


def test_nothing_is_kept_of_a_home_without_runs(space, tmp_path) -> None:
    foretell(space, tmp_path, has_runs=False)
    assert not (tmp_path / FOLDER).exists()


def test_a_second_plan_says_the_same_and_imports_neither_pandas_nor_scipy(space, train, tmp_path) -> None:
    command = [sys.executable, "-c", PLAN_AND_LOOK, space.study.path, "--home", str(tmp_path)]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2))
    assert "(that of the journal's runs)" in first.stdout and first.stdout == second.stdout
    assert [ended.stderr.splitlines()[-1] for ended in (first, second)] == ["['pandas', 'scipy']", "[]"]
