"""Figures: a tidy table, then a drawing that computes nothing. Imports `statistics`, pandas, matplotlib."""
