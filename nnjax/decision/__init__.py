"""Replicates added to the cells of undecided claims until they are decided, hopeless, or time is up."""
