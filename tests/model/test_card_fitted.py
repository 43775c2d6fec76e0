"""Cards of models that were really fitted, one of each kind: they say what the sweep did, and no key is made up."""

import numpy as np
import pytest
from fakes.model_documents import mixed_document, section_of
from fakes.rows import fake_row

from nnjax.model.fit import fit_study
from nnjax.model.origin import FitOptions
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

pytestmark = pytest.mark.usefixtures("engine_here")

LONE = """
question = "Can one cell be told of?"
[data]
file = "lone.csv"
target = "y"
[replicates]
splits = 4
seeds_per_split = 2
[studied]
width = [3]
[fixed]
epochs = 2
batch_size = 16
word_columns = "target"
rare_words = 0.04
"""


def fitted(home, space):
    """Its document, and the text of its card."""
    made = fit_study(space, home, FitOptions(members=1), Progress())
    return made.document, (made.folder / "card.md").read_text()


@pytest.fixture(scope="module")
def lone(tmp_path_factory):
    """One cell of eight runs, two of which the journal calls diverged; rare words under the target."""
    home, draws = tmp_path_factory.mktemp("lone"), np.random.default_rng(0)
    words = np.array(["red", "blue"])[draws.integers(0, 2, 120)]
    words[[3, 40]] = "odd"
    x, y = draws.normal(size=(2, 120)).round(3)
    lines = [",".join(map(str, cells)) for cells in zip(x, words, y, strict=True)]
    (home / "lone.csv").write_text("\n".join(["x,colour,y", *lines]))
    (home / "lone.toml").write_text(LONE)
    space = expand(load_study(home / "lone.toml"))
    lost = [run.run_id for run in space.runs[:3:2]]
    gone = {"status": "diverged", "best_epoch": -1, "test_prediction": None, "validation_prediction": None}
    Journal(home).append([fake_row(run_id) | gone for run_id in lost])
    run_sweep(space, home, "serial")
    return fitted(home, space)


def test_a_lone_cell_of_which_runs_diverged(lone):
    document, card = lone
    assert document["retrained"] == {"runs": 6, "planned": 8, "largest_difference": 0.0}
    cut = document["scores"]["promise"]["cut"]
    assert 2 <= cut <= 4 and document["choice"]["candidates"] == 1
    made, worth = section_of("How it was made", card), section_of("What it is worth", card)
    assert made.count("6 of 8 runs finished; 2 diverged") == 2 and "the only cell" in made
    assert "so does one that diverged, as 2 of this cell did." in worth
    assert f"The first line has such runs in {cut} of its 4 splits" in worth
    assert "chosen" not in section_of("How sure it is", card).partition("Measured")[0]


def test_a_rare_word_under_the_target_is_told_as_one(lone):
    document, card = lone
    colour = document["preparations"][0]["columns"][1]
    assert colour["unseen_as"] == "rare" and colour["unseen"] == colour["encoding"][colour["words"].index("odd")]
    line = next(line for line in card.splitlines() if line.startswith("| `colour`"))
    assert line.endswith("| counts as a rare word |")


@pytest.mark.slow
def test_a_quantile_is_told_as_one(trained):
    document, card = fitted(*trained("fixed.loss='quantile'", "fixed.loss_quantile=0.9", "studied.depth=[1]"))
    assert document["cell"]["configuration"]["loss_quantile"] == 0.9
    assert "predicts the 0.9 quantile (not the mean) of" in card
    assert "so that 90 % of new rows shall lie below" in section_of("Limits", card)
    changes = section_of("How it was made", card).partition("changed on the command line: ")[2].partition("\n")[0]
    assert changes == "`fixed.loss='quantile'`, `fixed.loss_quantile=0.9`, `studied.depth=[1]`"


@pytest.mark.slow
def test_sets_of_classes_are_told_as_they_are(trained):
    document, card = fitted(*trained("data.name='iris'", "studied.depth=[1]"))
    sure = section_of("How sure it is", card)
    assert "sets of classes" in sure and f"{document['intervals']['mean_width']:.2f} classes on average" in sure
    assert "of 3 classes" in section_of("What goes in, what comes out", card)


WHOLE = (
    (), ("best_epochs",), ("choice",), ("columns", 0), ("commands",), ("data",), ("data", "columns", 0),
    ("ensemble", 0), ("folds", 0), ("intervals",), ("retrained",), ("scores",), ("scores", "baselines", 0),
    ("scores", "baselines", 0, "gain"), ("scores", "promise"), ("splits",), ("cell",),
)  # fmt: skip
"""Where a made-up document has the keys of a real one."""

UNTOLD = {"float32_difference", "level", "made_of", "network"}
"""What no card reads."""


def at(document, path):
    for key in path:
        document = document[key]
    return set(document)


@pytest.mark.parametrize("path", WHOLE, ids=str)
def test_a_made_up_document_has_the_keys_of_a_real_one(lone, path):
    assert at(mixed_document(), path) == at(lone[0], path) - (UNTOLD if path == () else set())


def test_settings_and_rules_that_are_made_up_exist(lone):
    document, _ = lone
    assert at(mixed_document(), ("cell", "configuration")) <= at(document, ("cell", "configuration"))
    numbers, words = document["preparations"][0]["columns"]
    made = mixed_document()["preparations"][0]["columns"]
    assert set(made[0]) == set(numbers) and set(made[2]) == set(words)
