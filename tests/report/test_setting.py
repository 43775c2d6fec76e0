"""Where the first pictures are drawn."""

from dataclasses import replace

from nnjax.report.setting import first_setting


def asked(study_results, **changes):
    claim = study_results.space.study.claims[0].model_copy(update=changes)
    study = replace(study_results.space.study, claims=(claim,))
    return first_setting(replace(study_results, space=replace(study_results.space, study=study)))


def test_it_is_where_the_first_claim_is(study_results):
    full = study_results.sizes.full_batch
    setting = first_setting(study_results)
    assert setting.factor == "activation" and setting.held == {"depth": 3, "batch_size": full}


def test_the_factor_is_the_one_in_which_the_arms_differ(study_results):
    setting = asked(study_results, a={"depth": 1}, b={"depth": 3}, at={"activation": "elu", "batch_size": 32})
    assert setting.factor == "depth" and setting.held == {"activation": "elu", "batch_size": 32}


def test_without_such_a_claim_it_is_the_reference_but_the_deepest(study_results):
    both = {"a": {"activation": "relu", "depth": 1}, "b": {"activation": "elu", "depth": 3}, "at": {}}
    setting = asked(study_results, **both)
    assert setting.factor == "activation"
    assert setting.held == {"depth": 3, "batch_size": study_results.layout.reference["batch_size"]}


def test_where_no_run_is_left_all_others_stand_at_their_reference(study_results):
    shallow = replace(study_results, chosen=study_results.chosen[study_results.chosen["depth"] == 1])
    reference = {name: study_results.layout.reference[name] for name in ("depth", "batch_size")}
    assert first_setting(shallow).held == reference
