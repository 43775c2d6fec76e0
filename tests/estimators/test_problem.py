"""A training's digest: all that its result depends on, and nothing else."""

from dataclasses import fields, replace

import numpy as np
import pytest
from fakes.trainings import make_problem

from nnjax.estimators.problem import Examples, Improvement, Problem, RateCourse, digest

OTHERS = {
    "design": lambda it: replace(it.design, nesterovs_momentum=False),
    "numbers": lambda it: it.numbers._replace(beta_2=0.99),
    "stopping": lambda it: it.stopping._replace(tol=1e-5),
    "course": lambda it: RateCourse("cosine"),
    "train": lambda it: Examples(it.train.x, it.train.y, np.ones(len(it.train.x), np.float32)),
    "validation": lambda it: it.train,
    "parameters": lambda it: it.parameters[::-1],
    "random_state": lambda it: None,
    "improvement": lambda it: Improvement(1.0),
    "state": lambda it: (np.zeros(2),),
    "moments": lambda it: ((np.zeros(8), np.ones(8)),),
    "noise_seed": lambda it: 1,
}


@pytest.mark.parametrize("name", [each.name for each in fields(Problem)])
def test_every_part_is_in_the_digest(name):
    problem = make_problem()
    assert digest(replace(problem, **{name: OTHERS[name](problem)})) != digest(problem)


def test_the_same_training_has_the_same_digest_wherever_its_arrays_lie():
    problem = make_problem()
    turned = np.asfortranarray(problem.train.x)
    assert digest(replace(problem, train=Examples(turned, problem.train.y))) == digest(make_problem())


def test_one_value_in_an_array_is_another_training():
    problem = make_problem()
    x = problem.train.x.copy()
    x[7, 1] = np.nextafter(x[7, 1], np.float32(9))
    assert digest(replace(problem, train=Examples(x, problem.train.y))) != digest(problem)
