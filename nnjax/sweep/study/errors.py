"""What is wrong with a study file, in one line that says how to put it right."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nnjax.redaction import masked, masked_address
from nnjax.refusal import RefusedError

LONGEST_VALUE = 60
LONGEST_INTEGER_BITS = 200

SYNONYMS = {
    "sigmoid": "logistic",
    "linear": "identity",
    "lr": "learning_rate",
    "alpha": "l2",
    "weight_decay": "l2",
    "solver": "optimizer",
    "init": "initializer",
    "layers": "depth",
    "units": "width",
    "max_iter": "epochs",
    "kfold": "repeated_k_fold",
    "mse": "half_mean_squared_error",
    "r2": "test_r2",
    "mae": "quantile",
    "absolute_error": "quantile",
    "pinball": "quantile",
    "poisson_deviance": "poisson",
}
"""Names that other libraries use for the same thing."""


class Fault(NamedTuple):
    """One thing wrong with a study, whatever its file; the key is a dotted path: `studied.activation[2]`."""

    key: str
    value: str
    problem: str
    remedy: str


class StudyError(RefusedError):
    """A study file that cannot be used; as text one line: file, key, value, problem, remedy.

    Its first fault, and in `others` what else is wrong with the same file.
    """

    def __init__(self, file: str, *faults: Fault) -> None:
        first, *rest = faults
        self.file = one_line(masked_address(file) if ":/" in file else file)  # an address where a study was wanted
        self.key, self.value, self.problem, self.remedy = first
        self.others: tuple[StudyError, ...] = tuple(StudyError(file, fault) for fault in rest)
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        if self.value:
            place = f"{place} = {self.value}"
        return masked(f"{place}: {self.problem}; {self.remedy}")


LONGEST_LIST = 250
"""Characters of all known names together; more of them would bury the message."""


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """The nearest known name as a question, or all of them.

    >>> did_you_mean("rleu", ["tanh", "elu", "relu"])
    "did you mean 'relu'?"
    >>> did_you_mean("sigmoid", ["tanh", "logistic"])
    "did you mean 'logistic'?"
    >>> did_you_mean("xyz", ["tanh", "relu"])
    'known: tanh, relu'
    """
    names = list(known)
    text = str(word)[:LONGEST_VALUE].lower() if isinstance(word, str) else ""
    plain = text.replace("-", "_").replace(" ", "_")
    if SYNONYMS.get(plain) in names:
        return f"did you mean '{SYNONYMS[plain]}'?"
    near = difflib.get_close_matches(plain, names, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    listed = ", ".join(names)
    return f"known: {listed}" if len(listed) <= LONGEST_LIST else "docs/factors.md lists what there is"


def one_line(text: str) -> str:
    """The text itself if it prints on one line, else escaped."""
    return text if text.isprintable() else repr(text)[1:-1]


def show_key(location: Iterable[str | int]) -> str:
    """A dotted path.

    >>> show_key(("studied", "activation", 2))
    'studied.activation[2]'
    """
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            bare = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else repr(part)
            path += f".{_shorten(bare)}" if path else _shorten(bare)
    return path


def show_value(value: object, depth: int = 0) -> str:
    """A value as it may stand in a message: one line, short, whatever it is.

    >>> show_value(True), show_value([1, 2.5, "a"]), show_value("x" * 100)[-3:]
    ('true', "[1, 2.5, 'a']", "x…'")
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER_BITS:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, list | tuple | Mapping):
        return _show_collection(value, depth)
    if isinstance(value, str):
        return _shorten(repr(value[: 2 * LONGEST_VALUE]))
    return _shorten(one_line(str(value)))


def _show_collection(value: list[object] | tuple[object, ...] | Mapping[str, object], depth: int) -> str:
    left, right = "{}" if isinstance(value, Mapping) else "[]"
    if depth == 2:
        return f"{left}…{right}"
    if isinstance(value, Mapping):
        parts = [f"{show_key([key])} = {show_value(item, depth + 1)}" for key, item in list(value.items())[:8]]
    else:
        parts = [show_value(item, depth + 1) for item in value[:8]]
    more = ", …" if len(value) > 8 else ""
    return _shorten(f"{left}{', '.join(parts)}{more}{right}")


def _shorten(text: str) -> str:
    """At most `LONGEST_VALUE` characters; what closes the text stays."""
    if len(text) <= LONGEST_VALUE:
        return text
    closing = text[-1] if text[-1] in "'\"]}" else ""
    return f"{text[: LONGEST_VALUE - 2]}…{closing}"
