"""The stand-ins of `tests/fakes`, importable here."""
