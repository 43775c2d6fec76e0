"""What a fitted model's `model.json` says, as far as its card reads it: of numbers and a mixed table."""

import copy
from dataclasses import replace

import numpy as np

from nnjax.model.dependence import Dependence
from nnjax.model.importance import Drop, Importance


def score(estimate, half=0.05, splits=8):
    """A score with an interval around it; without one where half is None."""
    low, high = (None, None) if half is None else (estimate - half, estimate + half)
    return {"estimate": estimate, "low": low, "high": high, "splits": splits, "cut": 0}


def baseline(name, estimate, gain, half=0.02):
    """A baseline with what the promise is ahead of it."""
    ahead = score(gain, half)
    del ahead["cut"]
    return {"name": name, **score(estimate), "gain": ahead}


def section_of(heading, markdown):
    """The part of a card under a heading, or the beginning of one."""
    return markdown.partition(f"## {heading}")[2].partition("\n## ")[0]


def numbers(fill=None, indicator=False):
    return {"kind": "numbers", "fill": fill, "indicator": indicator, "curve": None}


MIXED = {
    "format": 1,
    "model_id": "4f0c" * 16,
    "study": "houses",
    "question": "Which network predicts prices of houses best?",
    "study_file": 'question = "Which network predicts prices of houses best?"\n',
    "overrides": [],
    "nnjax": "0.21.0",
    "engine": "4",
    "task": "regression",
    "targets": ["price"],
    "classes": [],
    "threshold": None,
    "cell": {
        "cell_id": "9a" * 32,
        "label": "relu d2",
        "configuration": {
            "activation": "relu",
            "hidden_layer_sizes": [64, 64],
            "learning_rate": 0.001,
            "word_columns": "one_hot",
            "rare_words": 0.02,
        },
    },
    "columns": [
        {"name": "area", "kind": "numbers", "words": []},
        {"name": "rooms", "kind": "numbers", "words": []},
        {"name": "district", "kind": "words", "words": ["centre", "east", "north", "south", "west", "harbour", "hill"]},
        {"name": "garden", "kind": "true or false", "words": []},
        {"name": "sold on", "kind": "dates", "words": []},
    ],
    "preparations": [
        {
            "columns": [
                numbers(),
                numbers(4.0, True),
                {
                    "kind": "words",
                    "words": ["centre", "east", "north", "south", "west", "harbour", "hill"],
                    "encoding": [[float(i == k) for k in range(8)] for i in range(7)],
                    "missing": None,
                    "unseen": [0.0] * 7 + [1.0],
                    "unseen_as": "rare",
                },
                numbers(),
                {"kind": "dates", "fill": 1_600_041_600.0, "parts": True, "with_time": False},
            ]
        }
    ],
    "ensemble": [{"key": f"ensemble_{k}", "seed": 1_000_003 * (k + 1)} for k in range(10)],
    "epochs": 137,
    "best_epochs": {"runs": 8, "low": 61, "high": 300},
    "folds": [
        {"fold": k, "keys": [f"fold_{k}_seed_0"], "run_ids": [f"{k}" * 64], "preparation": 1 + k} for k in range(4)
    ],
    "intervals": {
        "level": "0.9",
        "units": "rows",
        "proven": 0.7929,
        "measured": 0.9137,
        "standard_error": 0.0113,
        "chosen_anew": True,
        "count": 1460,
        "dealt_by_size": False,
        "why_not_measured": "",
        "shown_rows": 1460,
        "widened": 0.0134,
        "mean_width": 61234.5,
    },
    "why_no_intervals": "",
    "retrained": {"runs": 8, "planned": 8, "largest_difference": 0.0},
    "scores": {
        "measure": "r2",
        "level": 0.95,
        "floor": -1.0,
        "promise": score(0.7123),
        "out_of_fold": score(0.7251),
        "baselines": [
            baseline("mean", -0.0121, 0.724),
            baseline("ridge", 0.7041, 0.008),
            baseline("gradient boosting", 0.7723, -0.06),
        ],
    },
    "data": {
        "name": "houses.csv",
        "rows": 1460,
        "digest": "c0ffee" * 10,
        "weights": "",
        "columns": [
            {"low": 31.5, "high": 412.0, "gaps": 0},
            {"low": 1.0, "high": 11.0, "gaps": 23},
            {"low": None, "high": None, "gaps": 0},
            {"low": None, "high": None, "gaps": 0},
            {"low": 1_420_070_400.0, "high": 1_719_705_600.0, "gaps": 4},
        ],
    },
    "splits": {
        "words": "repeated k-fold: every row is a test row once a repeat",
        "splits": 8,
        "seeds": 1,
        "train": 876,
        "validation": 219,
        "test": 365,
        "doubt": "",
    },
    "choice": {"rule": "best", "candidates": 24, "tied": 0},
    "commands": {
        "fit": "nnjax fit houses.toml",
        "predict": "nnjax predict models/houses TABLE.csv --out predictions.csv",
        "serve": "mlflow models serve -m runs:/0123/model --env-manager local",
        "standalone": "python models/houses/nnjax_model.py TABLE.csv predictions.csv",
    },
    "versions": {"nnjax": "0.21.0", "jax": "0.9.2", "numpy": "2.4.6", "Python": "3.11.9"},
}


def mixed_document(**changes):
    """A fresh copy of it, with other values at its top."""
    return copy.deepcopy(MIXED) | changes


def classes_document():
    """The same of two classes, without intervals of scores."""
    document = mixed_document(task="classification", targets=["sold"], classes=["no", "yes"], threshold=0.37)
    document["scores"] |= {"measure": "accuracy"}
    document["intervals"] |= {"mean_width": 1.234}
    return document


def fall(*columns, estimate, half=0.05):
    """A fall of the score with an interval around it."""
    low, high = (None, None) if half is None else (estimate - half, estimate + half)
    return Drop(columns, (estimate - 0.01, estimate + 0.01), estimate, low, high)


def importance_of_mixed(**changes):
    """Two columns that go together, one that matters, two that say nothing."""
    falls = (("sold on", 0.41), ("area", 0.22), ("rooms", 0.051), ("district", 0.013), ("garden", -0.002))
    found = Importance(
        measure="r2",
        score_by_split=(0.71, 0.74),
        columns=tuple(fall(name, estimate=estimate) for name, estimate in falls),
        groups=(fall("area", "rooms", estimate=0.63),),
        permutations=10,
        rows=1460,
        level=0.95,
    )
    return replace(found, **changes)


def dependence_of_mixed():
    """Along numbers, a few whole numbers, words and dates."""
    places = tuple(np.linspace(40.0, 330.0, 21).tolist())
    words = ("centre", "east", "north", "south", "a very long name of a district", "harbour", "(missing)")
    dates = tuple((1.42e9 + 86_400 * np.linspace(0, 3400, 21).round()).tolist())
    return (
        Dependence("area", "numbers", places, (), (61.0, 88.5, 118.25, 160.0, 231.0), ("price",),
                   tuple((120_000 + 900 * place,) for place in places), 500),
        Dependence("rooms", "numbers", (1.0, 2.0, 3.0, 4.0, 5.0), (), (1.0, 2.0, 3.0, 4.0, 5.0), ("price",),
                   tuple((200_000 + 5_000 * place,) for place in range(5)), 500),
        Dependence("district", "words", tuple(map(float, range(7))), words, (), ("price",),
                   tuple((210_000 + 12_000 * (place % 3),) for place in range(7)), 500),
        Dependence("sold on", "dates", dates, (), dates[2::4], ("price",),
                   tuple((180_000 + 3_000 * place,) for place in range(21)), 500),
    )  # fmt: skip
