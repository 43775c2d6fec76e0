"""Declared claims put to a table of runs: two arms, one paired interval, one verdict; more replicates if it is open."""
