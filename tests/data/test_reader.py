"""What the registry knows of a data set."""

from nnjax.data.reader import Reader


def test_a_set_takes_what_has_a_default():
    fixed = Reader("fixed", "regression", 2, lambda: None, "Fixed.", "by hand")
    drawn = Reader("drawn", "classification", 2, lambda: None, "Drawn.", "a recipe", rows=100, noise=0.0, seed=7)
    assert fixed.defaults == {} and drawn.defaults == {"rows": 100, "noise": 0.0, "seed": 7}
