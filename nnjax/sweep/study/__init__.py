"""A study file: its tables, checked one by one and against each other, every complaint with its remedy."""
