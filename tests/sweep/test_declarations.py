"""Claims and their training: what was declared before it, after it, taken out, by whom; and what nobody knows."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.training import fake_prepare, fake_train_task

from nnjax.sweep.claim_lock import ClaimLockError, Standing, damaged_locks, lock_path, read_lock
from nnjax.sweep.declarations import declarations, lock_claims
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import Engine, run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.training import ENGINE_VERSION

STUDY = """
question = "Which rate?"
[data]
name = "diabetes"
[replicates]
splits = 4
base_seed = 5
[studied]
learning_rate = [0.001, 0.01, 0.02]
[nuisance]
momentum = [0.8, 0.9]
[fixed]
activation = "tanh"
depth = 1
width = 4
epochs = 3
batch_size = "full"
optimizer = "momentum"
initializer = "auto"
l2 = 0.0
[[claims]]
name = "faster"
sentence = "0.01 beats 0.001."
kind = "beats"
a = {learning_rate = 0.01}
b = {learning_rate = 0.001}
[[claims]]
name = "sooner"
sentence = "0.02 takes fewer epochs than 0.001."
kind = "beats"
metric = "epochs_to_target"
a = {learning_rate = 0.02}
b = {learning_rate = 0.001}
[[claims]]
name = "fair"
sentence = "0.01 comes to something."
kind = "exceeds"
threshold = 0.3
a = {learning_rate = 0.01}
[[claims]]
name = "both"
sentence = "The first and the last."
kind = "all"
parts = ["faster", "fair"]
"""

BEFORE, AFTER, UNKNOWN = Standing


def without(text, name):
    """The study without one of its claims."""
    claims = text.split("[[claims]]")
    return "[[claims]]".join(claim for claim in claims if f'name = "{name}"' not in claim)


def train(task):
    """Train in no time, as today's engine."""
    trained = fake_train_task(task)
    for outcome in trained.chunk.outcomes:
        outcome["engine"] = ENGINE_VERSION
    return trained


FAKE = Engine(fake_prepare, train)


class Home:
    """A home folder; studies are texts."""

    def __init__(self, folder):
        self.folder = folder

    def space(self, text=STUDY, name="some", overrides=()):
        path = self.folder / f"{name}.toml"
        path.write_text(text)
        return expand(load_study(path, overrides))

    def sweep(self, *given, **options):
        run_sweep(self.space(*given, **options), self.folder, "serial", engine=FAKE)

    def see(self, *given, **options):
        return declarations(self.space(*given, **options), self.folder)

    def standings(self, *given, **options):
        return [claim.standing for claim in self.see(*given, **options).claims.values()]


@pytest.fixture
def home(tmp_path):
    """An empty home."""
    return Home(tmp_path)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A home where the study was swept; not to be written to."""
    home = Home(tmp_path_factory.mktemp("swept"))
    home.sweep()
    return home


@pytest.fixture
def trained(swept, tmp_path):
    """A copy of it."""
    shutil.copytree(swept.folder, tmp_path / "copy")
    return Home(tmp_path / "copy")


def test_a_sweep_locks_its_claims_before_it_trains(trained):
    seen = trained.see()
    assert trained.standings() == [BEFORE] * 4 and not seen.withdrawn and seen.sharing == 3
    words = seen.claims["faster"].words
    assert "before the first of the 16 runs that it needs was trained; one of 3 claims" in words
    assert words.startswith("Declared on 20") and " UTC" in words
    assert seen.words == "Declared before training: all 4 claims."


def test_the_lock_is_on_the_disk_before_the_first_run_is(home):
    class Killed(BaseException):
        pass

    def die(task):
        assert read_lock(lock_path(home.folder, "some")).claims
        raise Killed

    with pytest.raises(Killed):
        run_sweep(home.space(), home.folder, "serial", engine=Engine(fake_prepare, die))
    changed = STUDY.replace("threshold = 0.3", "threshold = 0.4")
    assert home.standings(changed) == [BEFORE] * 4 and not home.see(changed).withdrawn, "no run, no harm"
    home.sweep(changed)
    assert home.standings(changed) == [BEFORE] * 4 and not home.see(changed).withdrawn


def test_other_words_leave_a_claim_as_it_was(trained):
    words = (
        STUDY.replace('"faster"', '"quicker"').replace("0.01 beats", "A tenth of 0.1 beats").replace("Which", "What")
    )
    kept = trained.see().claims["faster"]
    trained.sweep(words)
    assert trained.see(words).claims["quicker"] == kept and not trained.see(words).withdrawn


@pytest.mark.parametrize(
    ("old", "new", "late"),
    [
        ("a = {learning_rate = 0.01}\nb", "a = {learning_rate = 0.02}\nb", "faster"),
        ('name = "faster"', 'name = "faster"\nmargin = 0.03', "faster"),
        ('name = "faster"', 'name = "faster"\nmetric = "last_test_r2"', "faster"),
        ('"0.01 beats 0.001."\nkind = "beats"', '"0.01 beats 0.001."\nkind = "same"', "faster"),
        ("threshold = 0.3", "threshold = 0.29", "fair"),
        ("[fixed]", "[logging]\ntarget_r2 = 0.3\n[fixed]", "sooner"),
    ],
    ids=["arm", "margin", "metric", "kind", "threshold", "target"],
)  # fmt: skip
def test_whatever_a_claim_asks_otherwise_after_training_is_told(trained, old, new, late):
    text = STUDY.replace(old, new)
    assert text != STUDY
    for _ in range(2):  # seen before the next sweep, and after it
        seen = trained.see(text)
        expected = {late, *({"both"} if late in ("faster", "fair") else ())}
        assert set(seen.named(AFTER)) == expected == {claim.name for claim in seen.withdrawn}
        assert seen.sharing == 4, "the claim as it was and as it is share the error"
        assert "runs that it needs had been trained by then" in seen.claims[late].words
        trained.sweep(text)
    assert trained.standings() == [BEFORE] * 4, "taken back, it is the claim that was declared"


def test_other_nuisance_levels_are_another_claim(trained):
    text = STUDY.replace("momentum = [0.8, 0.9]", "momentum = [0.8]")
    assert trained.standings(text) == [AFTER] * 4
    assert trained.see(text).sharing == 6


def test_what_kind_ignores_is_no_part_of_a_claim(trained):
    text = STUDY.replace("threshold = 0.3", "threshold = 0.3\nmargin = 0.5")
    assert trained.standings(text) == [BEFORE] * 4 and not trained.see(text).withdrawn


def test_a_claim_that_is_taken_out_goes_on_to_count(trained):
    seen = trained.see(without(STUDY, "sooner"))
    assert [claim.name for claim in seen.withdrawn] == ["sooner"] and seen.sharing == 3
    assert "Withdrawn after training" in seen.words and "sooner, beats in epochs_to_target" in seen.words
    assert not trained.see().withdrawn, "and is back when it is put back"


def test_a_claim_that_comes_later_is_late_even_if_runs_of_its_are_missing(home):
    first = without(without(STUDY, "both"), "sooner").replace("[0.001, 0.01, 0.02]", "[0.001, 0.01]")
    home.sweep(first)
    text = without(STUDY, "both")
    assert home.see(text).named(AFTER) == ["sooner"]
    assert "8 of the 16 runs" in home.see(text).claims["sooner"].words


def test_claims_of_a_study_that_had_none_are_late(home):
    home.sweep(STUDY.split("[[claims]]", maxsplit=1)[0])
    assert home.standings() == [AFTER] * 4


def test_runs_that_another_study_trained_are_counted(home):
    bare = STUDY.split("[[claims]]", maxsplit=1)[0]
    home.sweep(bare.replace("[0.001, 0.01, 0.02]", "[0.001, 0.02]"), "other")
    home.sweep()
    assert home.see().named(BEFORE) == ["faster", "fair", "both"] and home.see().named(AFTER) == ["sooner"]
    assert (
        "8 of the 16 runs that it needs had been trained before, for another study" in home.see().claims["faster"].words
    )
    assert "16 of the 16 runs" in home.see().claims["sooner"].words


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_renamed_study_keeps_its_claims_and_what_it_took_out(trained, is_swept):
    text = without(STUDY, "sooner")
    if is_swept:
        trained.sweep(text, "renamed")
    seen = trained.see(text, "renamed")
    assert set(trained.standings(text, "renamed")) == {BEFORE}
    assert [claim.name for claim in seen.withdrawn] == ["sooner"] and seen.sharing == 3


@pytest.mark.parametrize("changes", [["replicates.splits=8"], ["replicates.seeds_per_split=2"]])
def test_more_replicates_are_no_other_claim(trained, changes):
    assert trained.standings(overrides=changes) == [BEFORE] * 4
    assert not trained.see(overrides=changes).withdrawn


@pytest.mark.parametrize("changes", [["epochs=2"], ["replicates.base_seed=6"]])
def test_other_runs_are_another_question(trained, changes):
    trained.sweep(overrides=changes)
    assert trained.standings(overrides=changes) == [BEFORE] * 4
    assert not trained.see(overrides=changes).withdrawn and not trained.see().withdrawn


@pytest.mark.parametrize("is_swept", [False, True])
def test_what_an_older_build_trained_is_not_recorded(trained, is_swept):
    shutil.rmtree(trained.folder / "journal" / "claims")
    if is_swept:
        trained.sweep()
    assert trained.standings() == [UNKNOWN] * 4
    assert "Not recorded" in trained.see().words and "16 of the 16" in trained.see().claims["faster"].words
    changed = STUDY.replace("threshold = 0.3", "threshold = 0.4")
    expected = ["fair", "both"] if is_swept else []
    assert trained.see(changed).named(AFTER) == expected, "what is written down from then on is known"


def test_an_upgrade_of_the_engine_forgets_nothing(trained, monkeypatch):
    monkeypatch.setattr("nnjax.sweep.space.ENGINE_VERSION", "99")
    space = trained.space(without(STUDY, "sooner").replace("threshold = 0.3", "threshold = 0.4"))
    assert not {run.run_id for run in space.runs} & Journal(trained.folder).run_ids()
    seen = declarations(space, trained.folder)
    assert "fair" in seen.named(AFTER)
    assert {claim.name for claim in seen.withdrawn} == {"sooner", "fair", "both"}


def test_sweeps_at_once_lock_each_claim_once(home):
    spaces = [home.space(), home.space(without(STUDY, "sooner")), home.space(name="other")]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda space: lock_claims(home.folder, space), spaces * 4))
    assert not damaged_locks(home.folder)
    for name in ("some", "other"):
        asked = [claim.asked for claim in read_lock(lock_path(home.folder, name)).claims]
        assert len(asked) == len(set(asked)) >= 3


def test_a_second_sweep_writes_nothing(trained):
    path = lock_path(trained.folder, "some")
    before = path.stat().st_ino
    trained.sweep()
    assert path.stat().st_ino == before


@pytest.mark.parametrize("spoil", [
    lambda content: content[: len(content) // 2],
    lambda content: content.replace(b'"margin": 0.02', b'"margin": 0.03'),
    lambda content: b"",
    lambda content: b"[]",
    lambda content: b"\xff" + content,
    lambda content: content.replace(b'"format": 1', b'"format": 2'),
])  # fmt: skip
def test_a_damaged_lock_stops_the_sweep_before_it_trains(trained, spoil):
    path = lock_path(trained.folder, "some")
    path.write_bytes(spoil(path.read_bytes()))
    kept = path.read_bytes()
    with pytest.raises(ClaimLockError, match=r"claims/some\.json: .*; (put back a copy|use a newer)") as refused:
        trained.sweep(overrides=["replicates.splits=8"])
    assert "\n" not in str(refused.value) and path.read_bytes() == kept
    assert list(damaged_locks(trained.folder)) == ["some.json"]
    with pytest.raises(ClaimLockError):
        trained.see()
    assert trained.standings(name="other") == [UNKNOWN] * 4, "another study goes on"
    path.unlink()
    assert trained.standings() == [UNKNOWN] * 4, "the remedy that is given works"


def test_one_damaged_lock_keeps_no_other_study_from_being_locked(trained):
    lock_path(trained.folder, "some").write_text("?")
    spaces = [trained.space(), trained.space(name="other", overrides=["replicates.base_seed=6"])]
    with pytest.raises(ClaimLockError):
        lock_claims(trained.folder, *spaces)
    assert read_lock(lock_path(trained.folder, "other")).claims
