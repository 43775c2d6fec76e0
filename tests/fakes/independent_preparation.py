"""Columns made numbers another way: by `statistics`, `datetime` and plain loops, from docs/data.md alone."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from fakes.independent_reader import Cell, is_missing

Check = Callable[[np.ndarray], bool]
"""Whether a column of numbers is what it must be."""

NO_WORD, RARE = "(missing)", "(rare)"


def kind_of(cells: Sequence[Cell]) -> str:
    """numbers, truth, dates or words."""
    held = [cell for cell in cells if not is_missing(cell)]
    kinds = {datetime: "dates", bool: "truth", str: "words"}
    return next(
        (kind for each, kind in kinds.items() if held and all(isinstance(cell, each) for cell in held)), "numbers"
    )


def expected_columns(
    name: str, cells: Sequence[Cell], way: Mapping[str, object], train: Sequence[int]
) -> Iterator[tuple[str, Check]]:
    """Names of the columns that one becomes, and what their numbers must be; `train` are the training rows."""
    has_gaps, kind = any(map(is_missing, cells)), kind_of(cells)
    if kind == "dates":
        yield from _dates(name, cells, way, train)
    elif kind == "words" or (kind == "truth" and has_gaps):
        texts = [None if is_missing(cell) else str(cell).lower() if kind == "truth" else str(cell) for cell in cells]
        yield from _words(name, texts, way, train)
    else:
        numbers = [math.nan if is_missing(cell) else float(cell) for cell in cells]  # type: ignore[arg-type]
        strategy = "median" if way["missing_values"] == "own_level" else str(way["missing_values"])
        filled = _filled(numbers, strategy, train)
        yield name, _unskewed(filled, numbers, str(way["skewed_columns"]), train)
        if has_gaps:
            yield f"{name} is missing", _equal([float(math.isnan(number)) for number in numbers])


def _equal(numbers: Sequence[float]) -> Check:
    return lambda made: bool(np.allclose(made, numbers, rtol=1e-12, atol=1e-12))


def _filled(numbers: Sequence[float], strategy: str, train: Sequence[int]) -> list[float]:
    held = [numbers[row] for row in train if not math.isnan(numbers[row])]
    if not any(map(math.isnan, numbers)):
        return list(numbers)
    fill = 0.0
    if held:
        counts = Counter(held)
        most = max(counts.values())
        common = min(number for number, count in counts.items() if count == most)
        fill = {"median": statistics.median, "mean": statistics.fmean}.get(strategy, lambda _: common)(held)
    return [fill if math.isnan(number) else number for number in numbers]


def _unskewed(filled: Sequence[float], numbers: Sequence[float], level: str, train: Sequence[int]) -> Check:
    held = [numbers[row] for row in train if not math.isnan(numbers[row])]
    spread = statistics.pstdev(held) if held else 0.0
    mean = statistics.fmean(held) if held else 0.0
    skewness = abs(statistics.fmean(((number - mean) / spread) ** 3 for number in held)) if spread else 0.0
    if level == "as_is" or skewness <= 1 or (level == "log" and np.nanmin(numbers) < 0):
        return _equal(filled)
    if level == "log":
        return _equal([math.log1p(number) for number in filled])
    order = np.argsort(filled, kind="stable")
    return lambda made: bool(np.all(np.diff(made[order]) >= -1e-9) and np.abs(made).max() < 5.2)


def _dates(
    name: str, cells: Sequence[Cell], way: Mapping[str, object], train: Sequence[int]
) -> Iterator[tuple[str, Check]]:
    moments = [each.replace(tzinfo=UTC).timestamp() if isinstance(each, datetime) else math.nan for each in cells]
    filled = _filled(moments, "most_frequent", train)
    if way["date_columns"] == "elapsed":
        first = min(filled[row] for row in train)
        yield f"{name} (days)", _equal([(moment - first) / 86_400 for moment in filled])
        return
    dates = [datetime.fromtimestamp(moment, UTC) for moment in filled]
    yield f"{name} (year)", _equal([date.year for date in dates])
    rounds = [("month", [(date.month - 1) / 12 for date in dates]), ("weekday", [date.weekday() / 7 for date in dates])]
    if any(moment % 86_400 for moment in moments if not math.isnan(moment)):
        rounds.append(("hour", [moment % 86_400 / 86_400 for moment in filled]))
    for part, places in rounds:
        yield f"{name} ({part}, sine)", _equal([math.sin(2 * math.pi * place) for place in places])
        yield f"{name} ({part}, cosine)", _equal([math.cos(2 * math.pi * place) for place in places])


def _words(
    name: str, words: Sequence[str | None], way: Mapping[str, object], train: Sequence[int]
) -> Iterator[tuple[str, Check]]:
    known: list[str] = sorted({word for word in words if word is not None})
    written = Counter(words)
    if None in words:
        codes = [math.nan if word is None else float(known.index(word)) for word in words]
        if way["missing_values"] == "most_frequent":
            words = [known[int(code)] for code in _filled(codes, "most_frequent", train)]
        else:
            known.append(NO_WORD)
            words = [NO_WORD if word is None else word for word in words]
    counts, fewest = Counter(words[row] for row in train), float(str(way["rare_words"])) * len(train)
    frequent = [word for word in known if counts[word] >= fewest]
    if way["word_columns"] == "one_hot":
        written[NO_WORD] = written[None]
        shown = [word for word in known if written[word] >= fewest] if fewest else known[len(known) == 2 :]
        for word in shown:
            yield f"{name} = {word}", _equal([float(each == word and word in frequent) for each in words])
        if fewest:
            yield f"{name} = {RARE}", _equal([float(each not in {*frequent} & {*shown}) for each in words])
        return
    merged = [word if word in frequent else RARE for word in words]
    if way["word_columns"] == "ordinal":
        yield name, _equal([float([*frequent, RARE].index(word)) for word in merged])
        return
    outside = sorted(set(range(len(words))) - set(train))
    first = {merged[row]: row for row in reversed(outside)}
    for suffix in way["targets"]:  # type: ignore[attr-defined]
        yield f"{name} ({suffix})", lambda made: all(made[row] == made[first[merged[row]]] for row in outside)
