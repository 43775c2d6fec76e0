"""A sound study file becomes a study with every default filled in."""

from pathlib import Path

import pytest

from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.study import Study, load_study

EXPERIMENTS = sorted(Path("experiments").glob("*.toml"))

SMALL = """
question = "Which depth?"
[data]
name = "diabetes"
[studied]
depth = [1, 2]
[nuisance]
l2 = [0, 0.1]
[fixed]
optimizer = "adam"
initializer = "auto"
epochs = 200
[[claims]]
name = "deeper-is-better"
sentence = "Two layers beat one."
kind = "beats"
a = {depth = 2}
b = {depth = 1}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, "utf-8")
    return path


def changed(path: Path, old: str, new: str) -> Study:
    path.write_text(SMALL.replace(old, new), "utf-8")
    return load_study(path)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_experiment_is_sound(path: Path) -> None:
    study = load_study(path)
    assert study.name == path.stem and study.claims and study.text == path.read_text("utf-8")


def test_the_default_study_asks_for_what_it_says() -> None:
    study = load_study("experiments/diabetes.toml")
    assert [len(levels) for levels in study.factors.values()] == [6, 4, 3, 4]
    assert study.replicates.splits == 20 and "5,760 runs" in study.expected


def test_unset_factors_take_their_default(small: Path) -> None:
    study = load_study(small)
    assert study.fixed["activation"] == FACTORS["activation"].default
    assert set(study.fixed) | set(study.factors) == set(FACTORS) - {"hidden_layer_sizes"}


def test_levels_have_one_type(small: Path) -> None:
    assert [repr(level) for level in load_study(small).nuisance["l2"]] == ["0.0", "0.1"]


def test_roles(small: Path) -> None:
    study = load_study(small)
    assert [study.role(name) for name in ("depth", "l2", "width", "hidden_layer_sizes")] == [
        "studied",
        "nuisance",
        "fixed",
        "studied",
    ]
    with pytest.raises(KeyError):
        study.role("colour")


def test_layers_given_one_by_one(small: Path) -> None:
    small.write_text(
        SMALL.split("[[claims]]", maxsplit=1)[0].replace("depth = [1, 2]", "hidden_layer_sizes = [[8], [8, 4]]")
    )
    study = load_study(small)
    assert study.studied == {"hidden_layer_sizes": ((8,), (8, 4))}
    assert "depth" not in study.fixed and study.role("depth") == "studied"


def test_claims_take_the_usual_margin(small: Path) -> None:
    assert load_study(small).claims[0].margin == 0.02
    slopes = changed(small, 'kind = "beats"', 'kind = "beats"\nmetric = "epochs_to_target"')
    assert slopes.claims[0].margin == pytest.approx(0.3219, abs=1e-4)


def test_digest_sees_content_and_not_layout(small: Path) -> None:
    digest = load_study(small).digest()
    assert changed(small, "[studied]", "# a comment\n\n[studied]").digest() == digest
    assert changed(small, "l2 = [0, 0.1]", "l2 = [0.0, 1e-1]").digest() == digest
    assert changed(small, "l2 = [0, 0.1]", "l2 = [0.1, 0]").digest() != digest
    assert changed(small, "beat one", "do not beat one").digest() != digest


def test_digest_does_not_depend_on_the_place(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "small.toml"
    other.parent.mkdir()
    other.write_text(SMALL)
    assert load_study(other).digest() == load_study(small).digest()


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"\r\n"])
def test_marks_of_other_editors_are_taken(small: Path, prefix: bytes) -> None:
    small.write_bytes(prefix + SMALL.replace("\n", "\r\n").encode())
    assert load_study(small).question == "Which depth?"
