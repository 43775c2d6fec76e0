"""A model in use: what leaves a sweep to predict new rows, and the files that it leaves in.

Imported by commands only; the rooms that it may import stand in docs/architecture.md.
"""
