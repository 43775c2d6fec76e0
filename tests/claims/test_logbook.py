"""The logbook: what was written is what is read, and what cannot be read is no excuse for another look."""

import json
import math
from dataclasses import replace

import pytest

from nnjax.claims.growth import State
from nnjax.claims.logbook import Logbook, LogbookError, Look, load_logbook, logbook_path, save_logbook
from nnjax.statistics.power import Design

FIRST = Look("a", 1, Design(8, 1), 0.1, -0.1, 0.3, "undecided", State.OPEN, Design(8, 2))
SECOND = Look("a", 2, Design(8, 2), 0.1, 0.05, 0.15, "supported", State.DECIDED)
OTHER = Look("b", 1, Design(8, 1), 0.0, -0.1, 0.1, "undecided", State.HOPELESS)
LEDGER = Logbook(((FIRST, OTHER), (SECOND,)))


def test_it_reads_what_was_written(tmp_path):
    assert load_logbook(tmp_path, "sweep") is None
    save_logbook(tmp_path, "sweep", LEDGER)
    assert load_logbook(tmp_path, "sweep") == LEDGER


@pytest.mark.parametrize(("low", "high"), [(-0.1, math.inf), (-math.inf, 0.3), (-math.inf, math.inf)])
def test_an_open_end_is_null_in_the_file(low, high, tmp_path):
    look = replace(OTHER, low=low, high=high)
    save_logbook(tmp_path, "sweep", Logbook(((look,),)))
    assert "Infinity" not in logbook_path(tmp_path, "sweep").read_text()
    assert load_logbook(tmp_path, "sweep").looks == (look,)


def test_last_looks_and_open_claims():
    assert LEDGER.last() == {"a": SECOND, "b": OTHER}
    assert LEDGER.pending() == {}
    assert Logbook(((FIRST, OTHER),)).pending() == {"a": Design(8, 2)}


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"looks_at_most": 5}', '{"looks_at_most": 5, "rounds": [[{"claim": 1}]]}']
)
def test_a_damaged_logbook_is_an_error_with_its_place(damage, tmp_path):
    path = logbook_path(tmp_path, "sweep")
    path.parent.mkdir(parents=True)
    path.write_text(damage)
    with pytest.raises(LogbookError, match=r"sweep\.json: cannot be read") as error:
        load_logbook(tmp_path, "sweep")
    assert "\n" not in str(error.value)


def test_a_logbook_of_another_number_of_looks_is_refused(tmp_path):
    save_logbook(tmp_path, "sweep", LEDGER)
    path = logbook_path(tmp_path, "sweep")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"looks_at_most": 9}))
    with pytest.raises(LogbookError, match="kept for 9 looks"):
        load_logbook(tmp_path, "sweep")
