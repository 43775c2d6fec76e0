"""The stand-ins of `tests/fakes`, importable here and in the processes of workers."""
