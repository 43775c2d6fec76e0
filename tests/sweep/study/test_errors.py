"""Bad study files: each is refused in one line that says where, what and what to do."""

import os
import pickle
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.sweep.study.errors import Fault, did_you_mean, show_key, show_value
from nnjax.sweep.study.study import StudyError, load_study

CASES = tomllib.loads(Path("tests/sweep/study/bad_studies.toml").read_text("utf-8"))
SOUND, BAD = CASES["sound"], CASES["bad"]

HOSTILE = [
    ("[1, 4]", "[" * 5000, "nested too deeply; "),
    ("[1, 4]", "9" * 5000, "a number of too many digits; "),
    ("[1, 4]", "2023-02-30", "line 8 = 'depth = 2023-02-30': not TOML: Invalid date or datetime; "),
    ("[1, 4]", "{" + "a." * 3000 + "a = 1}", "studied.depth = {a = {a = {…}}}: needs a list; "),
    ("[0.0, 0.1]", "[0x" + "f" * 9000 + "]", "nuisance.l2[0] = an integer of 36000 bits: too large; "),
    ('"Which activation?"', '"' + "x" * 5000 + '"', f"question = '{'x' * 57}…': too long; "),
    ("diabetes", "\\u202e", "data.name = '\\u202e': unknown data set; "),
    ("diabetes", "x\\n\\u0000", "data.name = 'x\\n\\x00': unknown data set; "),
]


def refusal(path: Path, *overrides: str) -> str:
    """The message about a bad study, without the file's name."""
    with pytest.raises(StudyError) as caught:
        load_study(path, overrides)
    return str(caught.value).removeprefix(f"{path}: ")


def write(folder: Path, text: str) -> Path:
    path = folder / "bad.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_sound_one_is_sound(tmp_path: Path) -> None:
    assert load_study(write(tmp_path, SOUND)).name == "bad"


@pytest.mark.parametrize("case", BAD, ids=[case["message"].split(";")[0] for case in BAD])
def test_bad_study_files(case: dict[str, str], tmp_path: Path) -> None:
    assert case["old"] in SOUND
    assert refusal(write(tmp_path, SOUND.replace(case["old"], case["new"], 1))) == case["message"]


@pytest.mark.parametrize(("old", "new", "start"), HOSTILE, ids=[start for _, _, start in HOSTILE])
def test_hostile_study_files(old: str, new: str, start: str, tmp_path: Path) -> None:
    message = refusal(write(tmp_path, SOUND.replace(old, new, 1)))
    assert message.startswith(start) and message.isprintable() and len(message) < 250


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("relu", "rleu").replace("splits = 8", "splits = 0").replace("zip", "zap")
    with pytest.raises(StudyError) as caught:
        load_study(write(tmp_path, text))
    keys = [error.key for error in (caught.value, *caught.value.others)]
    assert keys[:3] == ["replicates.splits", "studied.activation[1]", "grid.zap"]


def test_an_error_passes_between_processes(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        load_study(write(tmp_path, SOUND.replace("relu", "rleu").replace("splits", "split")))
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value) and len(copy.others) == len(caught.value.others) > 0


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    message = refusal(tmp_path / "nowhere.toml")
    assert message.startswith(f"no such file; study files: {tmp_path}/bad.toml, experiments/diabetes.toml, ")


def test_a_folder() -> None:
    message = refusal(Path("experiments"))
    names = ("diabetes", "own-table", "quick", "three-effects")
    known = ", ".join(f"experiments/{name}.toml" for name in names)
    assert message == f"a folder, not a study file; study files: {known}"


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(SOUND.replace("Which", "Wélche").encode("latin-1"))
    assert refusal(path) == "line 1: not UTF-8 text; save the file as UTF-8 without special characters"


def test_a_device_and_a_very_large_file(tmp_path: Path) -> None:
    large = write(tmp_path, SOUND + "#" * 1_000_001)
    message = "not a text file below 1 MB; give the path of a .toml file"
    assert refusal(large) == refusal(Path(os.devnull)) == message


def test_a_path_that_cannot_be() -> None:
    assert refusal(Path("x" * 300 + ".toml")).startswith("cannot be read (")
    assert "no such file" in refusal(Path("\0.toml"))


def test_a_file_name_that_is_no_study_name(tmp_path: Path) -> None:
    path = tmp_path / "My study.toml"
    path.write_text(SOUND)
    assert refusal(path) == "name: missing, and 'My study' is not a name; write name = \"my-study\""


@pytest.mark.parametrize("name", ["../x", "a/b", ".", "Ä", "a b", "", "x" * 65])
def test_names_cannot_leave_the_folder(name: str, tmp_path: Path) -> None:
    assert refusal(write(tmp_path, SOUND), f"name='{name}'").startswith("name = ")


@given(st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists))
def test_any_value_can_be_shown(value: object) -> None:
    assert len(show_value(value)) <= 60 and show_value(value).isprintable()


def test_parts_of_a_message() -> None:
    assert show_key(("claims", "a b", "at", 3)) == "claims.'a b'.at[3]"
    assert did_you_mean(3, ["relu"]) == "known: relu"
    error = StudyError("a\nb.toml", Fault("", "", "bad", "mend it"))
    assert str(error) == "a\\nb.toml: bad; mend it"
