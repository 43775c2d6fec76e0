"""Declared claims put to a table of runs: two arms, one paired interval, one verdict; more replicates until it stands."""
