"""Figures: a tidy table, then a drawing of it that computes nothing. Imports `statistics`, pandas, seaborn, matplotlib."""
