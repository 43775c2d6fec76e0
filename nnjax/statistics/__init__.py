"""Estimates, intervals and verdicts as pure functions of arrays. A leaf: numpy and scipy only."""
