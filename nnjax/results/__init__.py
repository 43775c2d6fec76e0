"""The journal as tidy tables, one row a run. Imports `sweep`; the first room in which pandas may enter."""
