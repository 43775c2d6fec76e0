"""Declared claims put to a table of runs: two arms, one paired interval, one verdict. Knows no sweep."""
