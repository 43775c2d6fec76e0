"""The statistics put to the test where the truth is known: what should be seen beside what is.

Imports `claims`, `decision`, `statistics`, `sweep`, numpy, pandas, rich, scipy and scikit-learn only.
"""
