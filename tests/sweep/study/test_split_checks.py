"""What a method of splitting takes, and splits that give no score: refused in one line with its remedy."""

import pytest
from fakes.followed import FOLLOWED, STUDY, visits_study, write_visits

from nnjax.data.splits import SPLITTERS
from nnjax.sweep.space import expand, sweep_id
from nnjax.sweep.study.study import StudyError, load_study


def refusals(folder, method, *overrides, text=STUDY):
    with pytest.raises(StudyError) as error:
        visits_study(folder, method, *overrides, text=text)
    return [str(each).removeprefix(f"{folder}/visits.toml: ") for each in (error.value, *error.value.others)]


@pytest.mark.parametrize("method", FOLLOWED)
def test_every_method_that_follows_a_column_is_sound(tmp_path, method):
    study = visits_study(tmp_path, method)
    space = expand(study)
    assert study.replicates.splits == len(space.splits) == study.split_plan.splits
    assert space.table.feature_names == ("a", "b")
    assert {len(split.train) for split in space.splits} == {len(space.splits[0].train)}


def test_all_methods_that_follow_a_column_are_tried():
    assert set(FOLLOWED) == {name for name, splitter in SPLITTERS.items() if splitter.role}


@pytest.mark.parametrize(
    ("method", "more", "said"),
    [
        ("group_k_fold", "test_share=0.2", "group_k_fold takes no test_share; remove it, and write folds = 5"),
        ("time_series", "test_share=0.2", "time_series takes no test_share; remove it, and write folds = 5"),
        ("time_series", "splits=5", "time_series takes no splits; remove it: there is a split for each fold"),
        ("leave_one_group_out", "splits=5", "takes no splits; remove it: there is a split for each group"),
        ("leave_one_group_out", "folds=5", 'takes no folds; remove it, or write method = "group_k_fold"'),
        ("predefined", "folds=5", 'predefined takes no folds; remove it, or write method = "group_k_fold"'),
        ("predefined", "splits=5", "predefined takes no splits; remove it: there is a split for each fold"),
        ("repeated_k_fold", "folds=5", "repeated_k_fold takes no folds; remove it, and write test_share = 0.2"),
        ("repeated_k_fold", "groups=person", 'takes no groups; remove it, or write method = "group_k_fold"'),
        ("group_k_fold", "gap=2", 'group_k_fold takes no gap; remove it, or write method = "time_series"'),
        ("group_k_fold", "splits=7", "not a multiple of the 3 folds; write 6 or 9"),
        ("group_k_fold", "folds=1", "too small; write a whole number from 2 to 1000"),
        ("group_k_fold", "groups=score", "column 'score' is the target; name another column"),
        ("time_series", "gap=40", "with gaps of 40; write a smaller gap"),
    ],
)
def test_keys_that_a_method_does_not_take(tmp_path, method, more, said):
    key, value = more.split("=")
    refusal = refusals(tmp_path, method, f"replicates.{more}")[0]
    assert refusal.replace("'", "").startswith(f"replicates.{key} = {value}: ") and refusal.endswith(said)


@pytest.mark.parametrize("method", FOLLOWED)
def test_the_column_must_be_named(tmp_path, method):
    write_visits(tmp_path)
    (tmp_path / "visits.toml").write_text(STUDY)
    with pytest.raises(StudyError, match=rf"replicates\.{SPLITTERS[method].role}: missing; write .* = \"…\", the col"):
        load_study(tmp_path / "visits.toml", [f"replicates.method={method}"])


def test_a_data_set_with_a_name_has_no_column_to_spare(tmp_path):
    text = STUDY.replace('file = "visits.csv"\ntarget = "score"\nfeatures = ["a", "b"]', 'name = "diabetes"')
    said = refusals(tmp_path, "group_k_fold", text=text)
    assert said[0].startswith("replicates.method = 'group_k_fold': group_k_fold follows a column, and only a file has")


def table(folder, rows):
    (folder / "visits.csv").write_text("\n".join(["person,day,part,a,b,ill,score", *rows]) + "\n")


CLASSES = STUDY.replace('"score"', '"ill"')


@pytest.mark.parametrize(
    ("method", "rows", "text", "said"),
    [
        (
            "leave_one_group_out",
            [f"p{n // 4},{n},0,{n % 5},{n % 3},x,{n}" for n in range(41)],
            STUDY,
            "the test rows of group 'p10' give no score: one row; write method = \"group_k_fold\"",
        ),
        (
            "leave_one_group_out",
            [f"p{n // 4},{n},0,{n % 5},{n % 3},{'yes' if n // 4 == 2 else 'yn'[n % 2]},{n}" for n in range(40)],
            CLASSES.replace("[data]", '[data]\ntask = "classification"'),
            "the test rows of group 'p2' give no score: all are of class 'yes'; write method = \"group_k_fold\"",
        ),
        (
            "predefined",
            [f"p,{n},{n // 10},{n % 5},{n % 3},x,{n if n < 30 else 7}" for n in range(40)],
            STUDY,
            "the test rows of fold '3' give no score: score is the same in all; write method = \"group_k_fold\"",
        ),
        (
            "time_series",
            [f"p,{n},0,{n % 5},{n % 3},{'yes' if n < 45 and n % 2 else 'no'},{n}" for n in range(60)],
            CLASSES,
            "the test rows of split 3 give no score: all are of class 'no'; write method = \"group_k_fold\"",
        ),
        (
            "time_series",
            [f"p,{n},0,{n % 5},{n % 3},{'abc'[n % 3] if n > 28 else 'ab'[n % 2]},{n}" for n in range(60)],
            CLASSES,
            "the training rows of split 1 have none of class 'c'; write method = \"group_k_fold\", or leave that",
        ),
        (
            "group_k_fold",
            [f"p{n // 4:02},{n},0,{n % 5},{n % 3},{'c' if n < 8 else 'ab'[n % 2]},{n}" for n in range(80)],
            CLASSES,
            "have none of class 'c'; write fewer folds or a larger validation_share, or take more groups of that",
        ),
    ],
)  # fmt: skip
def test_splits_without_a_score_are_refused_with_a_way_out(tmp_path, method, rows, text, said):
    table(tmp_path, rows)
    [refusal] = refusals(tmp_path, method, text=text)
    assert refusal.startswith(f"replicates.method = '{method}': ") and said in refusal


def test_too_few_rows_to_validate(tmp_path):
    said = refusals(tmp_path, "predefined", "data.validation_share=0.01")
    assert said[0].startswith("data.validation_share = 0.01: too few rows: ")


def test_what_a_method_does_not_take_is_no_part_of_a_study(tmp_path):
    """A study written before there were such methods keeps its identity: see also the identities of the examples."""
    study = visits_study(tmp_path, "repeated_k_fold", "replicates.splits=4")
    assert set(study.replicates.record()) == {"method", "splits", "test_share", "seeds_per_split", "base_seed"}
    grouped = visits_study(tmp_path, "group_k_fold")
    kept = {"method", "splits", "folds", "groups", "seeds_per_split", "base_seed"}
    assert set(grouped.replicates.record()) == kept
    assert set(grouped.replicates.written()) == kept - {"seeds_per_split"}


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("group_k_fold", "folds=2"),
        ("group_k_fold", "groups=part"),
        ("time_series", "gap=0"),
        ("time_series", "folds=2"),
    ],
)
def test_another_way_of_splitting_is_another_study(tmp_path, method, change):
    spaces = [expand(visits_study(tmp_path, method, *more)) for more in ((), (f"replicates.{change}",))]
    assert len({sweep_id(space) for space in spaces}) == 2
    assert not {run.run_id for run in spaces[0].runs} & {run.run_id for run in spaces[1].runs}
