"""Every measured number has one entry, and nothing else has."""

import pytest

from nnjax.results.columns import CURVES, FINALS, MAIN_FINALS, NOT_AVERAGED, RESULT_COLUMNS, describe, names
from nnjax.sweep.journal import schema
from nnjax.sweep.study.tables import METRICS


def test_names_are_unique_and_explained() -> None:
    everything = (*RESULT_COLUMNS, *CURVES)
    assert len(set(names(everything))) == len(everything)
    assert all(column.meaning.endswith(".") for column in everything)


def test_every_final_and_curve_of_the_journal_has_an_entry() -> None:
    assert set(schema.FINALS) <= set(names(FINALS))
    assert set(schema.CURVES) == set(names(CURVES))


def test_every_metric_of_claims_is_a_column() -> None:
    assert set(METRICS) <= set(names(RESULT_COLUMNS))


@pytest.mark.parametrize("name", [*MAIN_FINALS, *NOT_AVERAGED])
def test_what_is_averaged_exists(name: str) -> None:
    assert name in names(FINALS)


def test_an_unknown_name_is_an_error() -> None:
    assert describe("dead").unit == "share"
    with pytest.raises(KeyError):
        describe("accuracy")
