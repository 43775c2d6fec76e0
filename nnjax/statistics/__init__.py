"""Estimates, intervals and verdicts as pure functions of arrays. A leaf: numpy, scipy and statsmodels only."""
